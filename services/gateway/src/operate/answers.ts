/** What this gateway tells operators of itself. */
import type { Bus } from "@madang/bus";
import { decodeJson, encodeJson, type GatewayNow, type GatewayStatus, limits, StatusQuery, subjects } from "@madang/contracts";
import { type Logger, Shared } from "@madang/runtime";

export function answerOperators({
  bus,
  look,
  logger,
}: {
  bus: Pick<Bus, "subscribe">;
  look: () => GatewayNow;
  logger: Pick<Logger, "error">;
}): void {
  // Counting users goes over all sockets; several gateways may ask, each for several consoles.
  const status = new Shared(async () => encodeJson({ v: 1, kind: "gateway", now: look() } satisfies GatewayStatus), {
    forMs: limits.operateSharedMs,
  });
  bus.subscribe(subjects.operateStatus, (message) => {
    decodeJson(StatusQuery, message.data);
    status.get().then(
      (bytes) => message.respond(bytes),
      (error: unknown) => logger.error({ error }, "operators not answered"),
    );
  });
}
