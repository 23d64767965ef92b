/** `/api/operate/*`: what the console's operate page shows and does, for operators alone. */
import { ActorState, ClientId, limits, MemberId, type OperateDisconnect, RoomId, UserId } from "@madang/contracts";
import { type Request, type Response, Router, text } from "express";
import { z } from "zod";
import { fail } from "./api-failure.ts";
import { bodyOf, read, roomOf } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import type { ApiKeys } from "./trust/api-keys.ts";
import { operatorOf, operatorsOnly } from "./trust/operators.ts";

const limit = z
  .string()
  .regex(/^\d{1,3}$/, "a number")
  .transform(Number)
  .pipe(z.int().min(1).max(limits.operatePage))
  .default(limits.operatePage);
const id = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, "the number of a letter")
  .transform(Number);

const Nothing = z.strictObject({});
const ActorsCall = z.strictObject({
  member: MemberId.exactOptional(),
  state: ActorState.exactOptional(),
  after: RoomId.exactOptional(),
  limit,
});
const LettersCall = z.strictObject({ after: id.optional(), limit });
const LetterCall = z.object({ id });
const DisconnectCall = z.strictObject({ user: UserId, client: ClientId.exactOptional() });

export function operateApi(gateway: Gateway, keys: ApiKeys): Router {
  const router = Router();
  const serve =
    (handle: (request: Request<Record<string, string>>, by: string) => Promise<object>) =>
    async (request: Request<Record<string, string>>, response: Response): Promise<void> => {
      try {
        response.json(await handle(request, operatorOf(response)));
      } catch (error) {
        fail(gateway, response, error);
      }
    };
  router.use((_, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  router.use(operatorsOnly({ keys, identities: gateway.identities, good: gateway.good }), (_request, _response, next) => {
    gateway.traffic.countCommand("api operate");
    next();
  });
  router.get(
    "/overview",
    serve(async ({ query }) => {
      read(Nothing, query);
      return gateway.operate.overview();
    }),
  );
  router.get(
    "/actors",
    serve(async ({ query }) => gateway.operate.actors(read(ActorsCall, query))),
  );
  router.post(
    "/actors/:room/restart",
    serve(async ({ params }, by) => gateway.operate.restart(roomOf(params.room ?? ""), by)),
  );
  router.get(
    "/dead-letters",
    serve(async ({ query }) => gateway.deadLetters.list(read(LettersCall, query))),
  );
  router.get(
    "/dead-letters/:id",
    serve(async ({ params }) => gateway.deadLetters.show(read(LetterCall, params).id)),
  );
  router.post(
    "/dead-letters/:id/replay",
    serve(async ({ params }, by) => gateway.deadLetters.replay(read(LetterCall, params).id, by)),
  );
  router.post(
    "/disconnect",
    text({ type: () => true, limit: limits.apiBodyBytes }),
    serve(async (request, by): Promise<OperateDisconnect> => {
      const { user, client } = read(DisconnectCall, bodyOf(request));
      await gateway.orders.give({ v: 1, order: "disconnect", user, ...(client === undefined ? {} : { client }) });
      gateway.logger.info({ user, client, by }, "connections closed");
      return {};
    }),
  );
  return router;
}
