/** Answers operators how a service is. It is a survey: every replica answers for itself. */
import { decodeJson, encodeJson, limits, StatusQuery, type StatusReply, subjects } from "@madang/contracts";
import { type Logger, Shared } from "@madang/runtime";
import type { Bus } from "./bus.ts";

export interface StatusAnswers {
  /** Something has changed that the next one who asks should see. */
  forget(): void;
  close(): void;
}

/** Several gateways may ask, each for several consoles: one look, which may take a while, does for all of a moment. */
export function answerStatus({
  bus,
  look,
  logger,
}: {
  bus: Pick<Bus, "subscribe">;
  look: () => StatusReply | Promise<StatusReply>;
  logger: Pick<Logger, "error">;
}): StatusAnswers {
  const status = new Shared(async () => encodeJson(await look()), { forMs: limits.operateSharedMs });
  const subscription = bus.subscribe(subjects.operateStatus, (message) => {
    decodeJson(StatusQuery, message.data);
    status.get().then(
      (bytes) => message.respond(bytes),
      (error: unknown) => logger.error({ error }, "operators not answered"),
    );
  });
  return { forget: () => status.forget(), close: () => subscription.close() };
}
