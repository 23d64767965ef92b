/** Rooms for the site's own server: made, looked at, and acted in, each by its address and with HTTP's own status codes. */
import { createHash } from "node:crypto";
import {
  Action,
  ErrorCode,
  type JsonObject,
  leastRole,
  limits,
  type RoomId,
  RoomLifeState,
  SettingsChange,
  site,
  UserId,
} from "@madang/contracts";
import { RoomState } from "@madang/room-state";
import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { fail } from "./api-failure.ts";
import { replayHandler } from "./api-replay.ts";
import { badRequest, bodyOf, read, roomOf } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import { dryRun, eventsOf, setWordsOf, wordsOf } from "./oversight.ts";
import { ReplyError } from "./reply-error.ts";
import { act, resultOf } from "./room-commands.ts";
import { countersOf, newest } from "./room-now.ts";
import { grantsOf, heldOf, reportsOf, sanctionsOf } from "./standing-lists.ts";
import type { Scope } from "./trust/api-keys.ts";
import { mayOf, needs, outOfScope } from "./trust/scopes.ts";

const RoomCall = z.strictObject({
  /** It is the part of the room's id before the colon, and only said again. */
  type: z.string().exactOptional(),
  title: z.string().max(200).exactOptional(),
  owner: UserId.exactOptional(),
  startsAt: z.int().min(0).max(limits.latestTimeMs).exactOptional(),
  state: RoomLifeState.exactOptional(),
  settings: SettingsChange.exactOptional(),
});
type RoomCall = z.infer<typeof RoomCall>;
const GiftCall = z.looseObject({ id: z.string() });
const ActCall = z.looseObject({ id: z.string(), type: z.string() });

/** What is so in a room now, and which parts of a question about it are numbers. */
const lists = {
  sanctions: { list: sanctionsOf, numbers: ["limit"] },
  grants: { list: grantsOf, numbers: ["limit"] },
  held: { list: heldOf, numbers: ["limit", "after"] },
  reports: { list: reportsOf, numbers: ["limit", "after"] },
};

interface Answer {
  readonly status: number;
  readonly body: object;
}

export function roomsApi(gateway: Gateway): Router {
  const router = Router();
  const serve =
    (handle: (request: Request, room: RoomId, may: ReadonlySet<Scope>) => Promise<Answer>) =>
    async (request: Request<{ room: string }>, response: Response): Promise<void> => {
      try {
        const { status, body } = await handle(request, roomOf(request.params.room), mayOf(response));
        response.status(status).json(body);
      } catch (error) {
        fail(gateway, response, error);
      }
    };
  router.get(
    "/:room",
    needs("read"),
    serve(async (_, room) => found(gateway, room)),
  );
  router.put(
    "/:room",
    needs("manage"),
    serve((request, room) => put(gateway, request, room)),
  );
  router.get("/:room/replay", needs("read"), replayHandler(gateway));
  router.get(
    "/:room/words",
    needs("moderate"),
    serve(async (_, room) => ({ status: 200, body: await wordsOf(gateway, room) })),
  );
  router.put(
    "/:room/words",
    needs("moderate"),
    serve(async (request, room) => ({ status: 200, body: await setWordsOf(gateway, room, { by: site, list: bodyOf(request) }) })),
  );
  router.post(
    "/:room/events",
    needs("moderate"),
    serve(async (request, room) => ({ status: 200, body: await eventsOf(gateway, room, bodyOf(request)) })),
  );
  router.post(
    "/:room/dry-run",
    needs("moderate"),
    serve(async (request, room) => ({ status: 200, body: await dryRun(gateway, room, bodyOf(request)) })),
  );
  for (const [name, { list, numbers }] of Object.entries(lists)) {
    router.get(
      `/:room/${name}`,
      needs("moderate"),
      serve(async ({ query }, room) => ({ status: 200, body: await list(gateway, room, withNumbers(query, numbers)) })),
    );
  }
  router.post(
    "/:room/gifts",
    needs("manage"),
    serve((request, room) => postGift(gateway, request, room)),
  );
  router.post(
    "/:room/actions",
    needs("moderate"),
    serve((request, room, may) => postAction(gateway, request, { room, may })),
  );
  return router;
}

/** What it is told, in an order in which nobody comes into a room that is not as it is to be. Each part is repeated without harm. */
async function put(gateway: Gateway, request: Request, room: RoomId): Promise<Answer> {
  const call = read(RoomCall, bodyOf(request));
  if (call.type !== undefined && call.type !== typeOf(room)) throw badRequest(`type: this room's is ${typeOf(room)}`);
  const before = await newest(gateway, room);
  const key = keyOf(request) ?? `${before?.offset ?? 0}\n${JSON.stringify(call)}`;
  for (const action of partsOf(call, { before, now: gateway.now() })) {
    done(await act(gateway, room, { by: site, id: idOf(action.type, key), action }));
  }
  const state = (await newest(gateway, room)) ?? new RoomState();
  return { status: before === undefined ? 201 : 200, body: await describe(gateway, { room, state }) };
}

function partsOf(call: RoomCall, { before, now }: { before: RoomState | undefined; now: number }): Action[] {
  const { settings, owner, title, startsAt } = call;
  const untouched = before === undefined || (before.openedAt === null && before.totals.comments === 0);
  const waits = startsAt !== undefined && startsAt > now && untouched;
  const state = call.state ?? (waits ? "scheduled" : before === undefined ? "open" : undefined);
  const life = {
    ...(title === undefined ? {} : { title }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(state === undefined ? {} : { state }),
  };
  return [
    ...(settings === undefined ? [] : [{ type: "configure", settings } as const]),
    ...(owner === undefined ? [] : [{ type: "grant", user: owner, role: "owner" } as const]),
    ...(Object.keys(life).length === 0 ? [] : [{ type: "room", ...life } as const]),
  ];
}

/** The payment's id makes it one gift, however often it is told. */
async function postGift(gateway: Gateway, request: Request, room: RoomId): Promise<Answer> {
  const { id, ...fields } = read(GiftCall, identified(request));
  if (Object.hasOwn(fields, "type")) throw badRequest("type: it is a gift");
  const action = read(Action, { ...fields, type: "gift" });
  const gift = done(await act(gateway, room, { by: site, id, action }));
  return { status: gift.duplicate ? 200 : 201, body: gift };
}

async function postAction(
  gateway: Gateway,
  request: Request,
  { room, may }: { room: RoomId; may: ReadonlySet<Scope> },
): Promise<Answer> {
  const { id, ...said } = read(ActCall, identified(request));
  const action = read(Action, said);
  // What no moderator may do, no key of a moderator's may.
  const least = leastRole[action.type];
  if ((least === "owner" || least === "site") && !may.has("manage")) throw new ReplyError(outOfScope("manage"));
  return { status: 200, body: done(await act(gateway, room, { by: site, id, action })) };
}

async function found(gateway: Gateway, room: RoomId): Promise<Answer> {
  const state = await newest(gateway, room);
  if (state === undefined) throw new ReplyError({ ...ErrorCode.notFound, message: "no such room" });
  return { status: 200, body: await describe(gateway, { room, state }) };
}

async function describe(gateway: Gateway, { room, state }: { room: RoomId; state: RoomState }): Promise<object> {
  const { title, life, startsAt, openedAt, closedAt, settings, pins } = state;
  const owners = [...state.grants].flatMap(([user, role]) => (role === "owner" ? [user] : []));
  return {
    ...{ room, type: typeOf(room), title, state: life, startsAt, openedAt, closedAt, settings, owners, pins },
    sanctions: state.sanctions.count(gateway.now()),
    pinned: await gateway.pinned.of(room, state),
    counters: await countersOf(gateway, { room, state }),
  };
}

/** What an address says, in which all is text. */
function withNumbers(query: Request["query"], names: readonly string[]): object {
  const isNumber = (name: string, value: unknown) =>
    names.includes(name) && typeof value === "string" && /^\d{1,15}$/.test(value);
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, isNumber(name, value) ? Number(value) : value]));
}

/** A refusal ends the call. @throws ReplyError */
function done(answer: Parameters<typeof resultOf>[0]): { offset: number; epoch: string; duplicate: boolean } {
  const result = resultOf(answer);
  if ("refused" in result) throw new ReplyError({ ...result.refused, temporary: false });
  return result;
}

/** Its id may also be its Idempotency-Key. @throws ReplyError */
function identified(request: Request): JsonObject {
  const key = keyOf(request);
  return key === undefined ? bodyOf(request) : { id: key, ...bodyOf(request) };
}

/** @throws ReplyError */
function keyOf(request: Request): string | undefined {
  const key = request.get("idempotency-key");
  if (key !== undefined && (key === "" || key.length > limits.idempotencyKeyLength))
    throw badRequest(`Idempotency-Key: 1 to ${limits.idempotencyKeyLength} characters`);
  return key;
}

/** The same for the same call: a message id of at most 64 characters. */
function idOf(part: Action["type"], key: string): string {
  return `put-${part}-${createHash("sha256").update(key).digest("base64url")}`;
}

/** A room without a type is as those of `live`. */
function typeOf(room: RoomId): string {
  return room.includes(":") ? room.slice(0, room.indexOf(":")) : "live";
}
