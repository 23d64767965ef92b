/** Dead letters for operators: any persistence replica has them; a command in one is put before its room by a gateway, as any command is. */
import { type Bus, NoResponders, RequestTimeout, type RoomClient, type SentAgain, sendAgain } from "@madang/bus";
import {
  decodeJson,
  ErrorCode,
  encodeJson,
  LettersQuery,
  LettersReply,
  limits,
  type OperateLetter,
  type OperateLetters,
  type OperateReplay,
  RoomCommand,
  RoomId,
  type StoredLetter,
  subjects,
  withDetail,
} from "@madang/contracts";
import type { Logger } from "@madang/runtime";
import { ReplyError } from "../reply-error.ts";

export interface DeadLettersDeskOptions {
  bus: Pick<Bus, "request">;
  rooms: Pick<RoomClient, "ask">;
  logger: Pick<Logger, "info">;
}

type Kept = Extract<LettersReply, { kind: "letter" }>;

/** All throw ReplyError: 1112 where there is no such letter; 1003, temporary, while nobody can say. */
export class DeadLettersDesk {
  readonly #options: DeadLettersDeskOptions;

  constructor(options: DeadLettersDeskOptions) {
    this.#options = options;
  }

  async list({ after, limit }: { after?: number | undefined; limit: number }): Promise<OperateLetters> {
    const before = after === undefined ? {} : { before: after };
    const reply = await this.#ask({ v: 1, ask: "list", ...before, limit });
    if (reply.kind !== "list") throw unavailable();
    const { letters } = reply;
    const last = letters.at(-1);
    return { letters, ...(last !== undefined && letters.length === limit && last.id > 1 ? { next: last.id } : {}) };
  }

  async show(id: number): Promise<OperateLetter> {
    const { time, letter } = await this.#read(id);
    if (letter === undefined) return { id, time };
    const { v: _, body: stored, ...about } = letter;
    const body = Buffer.from(stored, "base64");
    return { id, time, letter: { ...about, bytes: body.length }, body: readable(body) };
  }

  async replay(id: number, by: string): Promise<OperateReplay> {
    const { letter } = await this.#read(id);
    if (letter?.source !== "room" || letter.cut) return { id, ...(await this.#tried({ v: 1, ask: "replay", id, by })) };
    const outcome = await this.#send(letter);
    this.#options.logger.info({ letter: id, room: letter.room, by, done: outcome.done }, "dead letter tried again");
    if (outcome.done) await this.#tried({ v: 1, ask: "remove", id, by });
    return { id, ...outcome };
  }

  async #send({ room: named, body }: StoredLetter): Promise<SentAgain> {
    const room = RoomId.safeParse(named);
    if (!room.success) return { done: false, detail: "it names no room" };
    let command: RoomCommand;
    try {
      command = decodeJson(RoomCommand, Buffer.from(body, "base64"));
    } catch {
      return { done: false, detail: "it is no command that this version knows" };
    }
    return sendAgain(this.#options.rooms, room.data, command);
  }

  async #read(id: number): Promise<Kept> {
    const reply = await this.#ask({ v: 1, ask: "show", id });
    if (reply.kind === "letter") return reply;
    throw reply.kind === "none" ? noLetter(id) : unavailable();
  }

  async #tried(query: Extract<LettersQuery, { by: string }>): Promise<SentAgain> {
    const reply = await this.#ask(query);
    if (reply.kind === "tried") return { done: reply.done, detail: reply.detail };
    // Somebody else was faster: it is dealt with.
    if (reply.kind === "none" && query.ask === "remove") return { done: true, detail: "removed" };
    throw reply.kind === "none" ? noLetter(query.id) : unavailable();
  }

  async #ask(query: LettersQuery): Promise<LettersReply> {
    try {
      const request = encodeJson(LettersQuery.parse(query));
      const answer = await this.#options.bus.request(subjects.operateLetters, request, { timeoutMs: limits.operateLettersMs });
      return decodeJson(LettersReply, answer);
    } catch (cause) {
      if (cause instanceof NoResponders || cause instanceof RequestTimeout) throw unavailable(cause);
      throw cause;
    }
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readable(body: Buffer): { encoding: "utf8" | "base64"; data: string } {
  try {
    return { encoding: "utf8", data: utf8.decode(body) };
  } catch {
    return { encoding: "base64", data: body.toString("base64") };
  }
}

const noLetter = (id: number) => new ReplyError({ ...ErrorCode.notFound, message: `there is no dead letter ${id}` });
const unavailable = (cause?: unknown) =>
  new ReplyError(withDetail(ErrorCode.historyUnavailable, "the dead letters cannot be read now"), { cause });
