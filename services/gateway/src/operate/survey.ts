/** How all services stand: one gateway asks, every one answers. */
import type { Bus } from "@madang/bus";
import {
  ActorsQuery,
  ActorsReply,
  decodeJson,
  ErrorCode,
  encodeJson,
  limits,
  type MemberId,
  type MemberKind,
  type OperateActors,
  type OperateOverview,
  type OperateRestart,
  type RestartOrder,
  RestartReply,
  type RoomId,
  type StatusQuery,
  StatusReply,
  subjects,
  withDetail,
} from "@madang/contracts";
import { type Logger, Shared } from "@madang/runtime";
import type { z } from "zod";
import { ReplyError } from "../reply-error.ts";
import { type Expected, gathered, overviewOf } from "./overview.ts";

export interface OperateSurveyOptions {
  bus: Pick<Bus, "survey">;
  /** Those that are alive. */
  members: (kind: MemberKind) => MemberId[];
  logger: Pick<Logger, "warn">;
  /** Server time, ms. */
  now: () => number;
}

export type ActorsAsked = Omit<ActorsQuery, "v">;

export class OperateSurvey {
  readonly #options: OperateSurveyOptions;
  readonly #overview: Shared<OperateOverview>;

  constructor(options: OperateSurveyOptions) {
    this.#options = options;
    this.#overview = new Shared(() => this.#look(), { forMs: limits.operateSharedMs });
  }

  overview(): Promise<OperateOverview> {
    return this.#overview.get();
  }

  async actors(asked: ActorsAsked): Promise<OperateActors> {
    const expected = this.#alive("room").filter(({ member }) => asked.member === undefined || asked.member === member);
    const query = encodeJson(ActorsQuery.parse({ v: 1, ...asked }));
    const replies = await this.#ask(subjects.operateActors, query, { schema: ActorsReply, expected: this.#alive("room").length });
    const all = replies.flatMap(({ actors }) => actors).sort((a, b) => (a.room < b.room ? -1 : a.room > b.room ? 1 : 0));
    // Two may have the same room in memory: on one page, or the next would begin behind both.
    const rooms = [...new Set(all.map(({ room }) => room))];
    const shown = new Set(rooms.slice(0, asked.limit));
    const next = [...shown].at(-1);
    const isMore = rooms.length > asked.limit || replies.some(({ more }) => more);
    return {
      ...gathered(
        expected,
        replies.map(({ member }) => member),
        this.#options.now(),
      ),
      actors: all.filter(({ room }) => shown.has(room)),
      ...(isMore && next !== undefined ? { next } : {}),
    };
  }

  /** @throws ReplyError 1112: it is in quarantine nowhere; 1000, temporary: nowhere that has answered */
  async restart(room: RoomId, by: string): Promise<OperateRestart> {
    const expected = this.#alive("room");
    const order = encodeJson({ v: 1, room, by } satisfies RestartOrder);
    const replies = await this.#ask(subjects.operateRestart, order, { schema: RestartReply, expected: expected.length });
    const members = replies.flatMap(({ member, restarted }) => (restarted ? [member] : []));
    this.#overview.forget();
    if (members.length > 0) return { room, members };
    if (replies.length < expected.length || expected.length === 0)
      throw new ReplyError(withDetail(ErrorCode.roomUnavailable, "not every room service has answered"));
    throw new ReplyError({ ...ErrorCode.notFound, message: `${room} is in no quarantine` });
  }

  async #look(): Promise<OperateOverview> {
    const expected = (["room", "gateway", "persistence"] as const).flatMap((kind) => this.#alive(kind));
    const query = encodeJson({ v: 1 } satisfies StatusQuery);
    const replies = await this.#ask(subjects.operateStatus, query, { schema: StatusReply, expected: expected.length });
    return overviewOf(replies, expected, this.#options.now());
  }

  #alive(kind: MemberKind): Expected[] {
    return this.#options.members(kind).map((member) => ({ kind, member }));
  }

  /** An answer that cannot be read, as of another version, is none. */
  async #ask<S extends z.ZodType>(
    subject: string,
    query: Uint8Array,
    { schema, expected }: { schema: S; expected: number },
  ): Promise<z.infer<S>[]> {
    if (expected === 0) return [];
    const answers = await this.#options.bus.survey(subject, query, { timeoutMs: limits.operateSurveyMs, expected });
    return answers.flatMap((answer) => {
      try {
        return [decodeJson(schema, answer)];
      } catch (error) {
        this.#options.logger.warn({ error, subject }, "answer not understood");
        return [];
      }
    });
  }
}
