/** What those who look after rooms ask: the lists of banned words, what was done and reported, and what other lists would have stopped. */
import { randomUUID } from "node:crypto";
import {
  type DryRunQuery,
  DryRunReply,
  decodeJson,
  ErrorCode,
  encodeJson,
  globalWords,
  limits,
  type RoomId,
  roomKey,
  type Speaker,
  StoreEventsQuery,
  StoreEventsReply,
  subjects,
  WordList,
} from "@madang/contracts";
import type { Bucket } from "@madang/log";
import { z } from "zod";
import { read } from "./arguments.ts";
import type { Gateway } from "./gateway.ts";
import { HistoryUnavailable } from "./past.ts";
import { ReplyError } from "./reply-error.ts";
import { act } from "./room-commands.ts";

type Overseer = Pick<Gateway, "bus" | "words">;

const Lists = WordList.omit({ v: true }).partial();
const ListsOfRoom = Lists.extend({ reason: z.string().max(200).exactOptional() });

const { limit, reverse } = StoreEventsQuery.shape;
const Events = StoreEventsQuery.omit({ v: true, room: true })
  .extend({ limit: limit.default(limits.actsListed), reverse: reverse.default(true) })
  .strict();

const DryRun = z.strictObject({
  ...Lists.shape,
  minutes: z.int().min(1).max(limits.dryRunMinutes).default(limits.dryRunMinutes),
});

/** Of a room, or the one for all rooms. @throws LogUnavailable */
export async function wordsOf({ words }: Overseer, room?: RoomId): Promise<Omit<WordList, "v">> {
  const found = await words.get(keyOf(room));
  const { rules, allow } = found === undefined ? { rules: [], allow: [] } : decodeJson(WordList, found.value);
  return { rules, allow };
}

/** Puts a list for all rooms in the place of the former one; every room knows it within a moment. @throws ReplyError | OutcomeUnknown */
export async function setWords({ words }: Overseer, list: unknown): Promise<Omit<WordList, "v">> {
  const { rules = [], allow = [] } = read(Lists, list);
  await words.put(globalWords, encodeJson({ v: 1, rules, allow } satisfies WordList));
  return { rules, allow };
}

/** Likewise, for one room, which decides whether they may, and whose acts tell that they did. @throws ReplyError | OutcomeUnknown */
export async function setWordsOf(
  gateway: Overseer & Pick<Gateway, "rooms" | "now">,
  room: RoomId,
  { by, list }: { by: Speaker; list: unknown },
): Promise<Omit<WordList, "v">> {
  const { rules = [], allow = [], reason } = read(ListsOfRoom, list);
  const why = reason === undefined ? {} : { reason };
  const action = { type: "configure", settings: { wordsChangedAt: gateway.now() }, ...why } as const;
  // Told first: a list that nobody answers for is worse than a change that did not come to be.
  const answer = await act(gateway, room, { by, id: randomUUID(), action });
  if (answer.kind === "refused") throw new ReplyError(answer.refusal);
  await gateway.words.put(roomKey(room), encodeJson({ v: 1, rules, allow } satisfies WordList));
  return { rules, allow };
}

/** What was done in a room, the newest first unless it is asked otherwise. @throws ReplyError | HistoryUnavailable */
export async function eventsOf({ bus }: Overseer, room: RoomId, asked: unknown): Promise<{ events: object[]; more: boolean }> {
  const query: StoreEventsQuery = { v: 1, room, ...read(Events, asked) };
  const reply = await bus
    .request(subjects.storeEvents, encodeJson(query), { timeoutMs: limits.historyRequestMs })
    .then((bytes) => decodeJson(StoreEventsReply, bytes))
    .catch(unavailable);
  if (!reply.ok) throw new HistoryUnavailable("the store is away");
  return { events: reply.events, more: reply.more };
}

/** What the room's last minutes would have been like with another list of its own. @throws ReplyError | HistoryUnavailable */
export async function dryRun(overseer: Overseer, room: RoomId, asked: unknown): Promise<object> {
  const { minutes, rules = [], allow = [] } = read(DryRun, asked);
  const all = await wordsOf(overseer);
  const lists = [all, { rules, allow }].map((list): WordList => ({ v: 1, ...list }));
  const reply = await overseer.bus
    .request(subjects.storeDryRun, encodeJson({ v: 1, room, lists, minutes } satisfies DryRunQuery), {
      timeoutMs: limits.dryRunRequestMs,
    })
    .then((bytes) => decodeJson(DryRunReply, bytes))
    .catch(unavailable);
  if (reply.ok) {
    const { v: _, ok: __, ...result } = reply;
    return result;
  }
  if (reply.reason === "busy") throw new ReplyError(ErrorCode.tooManyRequests);
  throw new HistoryUnavailable("the store is away");
}

const keyOf = (room: RoomId | undefined) => (room === undefined ? globalWords : roomKey(room));

function unavailable(cause: unknown): never {
  throw new HistoryUnavailable("persistence does not answer", { cause });
}

export type WordsBucket = Pick<Bucket, "get" | "put">;
