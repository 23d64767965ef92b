/**
 * One room's mind: pure, and the same in life and in rebuilding. It knows no socket, no log and no clock. Whoever holds it decides,
 * applies, and sees to it that what was applied gets into the log.
 */
import {
  type ActCommand,
  type Author,
  ErrorCode,
  type HeartsCommand,
  hash32,
  isStaff,
  type JsonObject,
  type Lane,
  limits,
  type Publication,
  type SendCommand,
} from "@madang/contracts";
import { RoomState } from "@madang/room-state";
import type { Verdict } from "@madang/words";
import { decideAct, forbidden } from "./acts.ts";
import { type Decision, eventBy, refuse, type StoredGift, type Target } from "./decision.ts";
import type { Dedupe } from "./dedupe.ts";
import type { GiftLedger } from "./gift-ledger.ts";
import type { HeartLedger, HeartNote } from "./heart-ledger.ts";
import { Pace } from "./pace.ts";
import { Sampler } from "./sampler.ts";
import { objection, reportTooSoon, textOf } from "./speech.ts";
import { normalizeText } from "./text.ts";

/** What a decision needs to know that is not in the room. */
export interface Facts {
  /** Server time, ms. */
  readonly now: number;
  /** Judges by the lists of banned words as they are now. */
  readonly judge: (text: string) => Verdict;
  /** What the act is about. */
  readonly target?: Target | undefined;
  /** What the site's review said of a message. */
  readonly review?: "allow" | "decline" | "hold" | undefined;
  /** What the store knows of a gift that the room does not. */
  readonly gift?: StoredGift | undefined;
  /** Lines a second that each viewer gets, where the room does not set it; 0: all. */
  readonly samplePerS?: number;
}

export interface RoomParts {
  dedupe: Dedupe;
  hearts: HeartLedger;
  gifts: GiftLedger;
  state?: RoomState;
  pace?: Pace;
  /** The offset of the last event, where that is not in the state. */
  head?: number;
}

export class Room {
  readonly dedupe: Dedupe;
  readonly hearts: HeartLedger;
  readonly gifts: GiftLedger;
  readonly state: RoomState;
  readonly pace: Pace;
  /** The parts that the samplers are for. */
  #sampledShards = 1;
  readonly #samplers = new Map<Lane, Sampler>();
  #head: number;

  constructor({ dedupe, hearts, gifts, state = new RoomState(), pace = new Pace(), head = state.offset }: RoomParts) {
    this.dedupe = dedupe;
    this.hearts = hearts;
    this.gifts = gifts;
    this.state = state;
    this.pace = pace;
    this.#head = head;
  }

  /** The offset of the last event applied. */
  get head(): number {
    return this.#head;
  }

  /** Whether viewers get a sample at present. */
  sampled(now: number): boolean {
    return [...this.#samplers.values()].some((sampler) => sampler.active(now));
  }

  /** Where the same command stands, if it came before: as far as the room remembers it. */
  placeOf(command: SendCommand | ActCommand, now: number): number | undefined {
    const author = command.command === "send" ? command.author : command.by.user;
    return this.dedupe.find(author, command.id, now) ?? (isGift(command) ? this.gifts.find(command.id) : undefined);
  }

  /** Whether only the store knows if the same gift came before. Asked of what has no place here. */
  mustAskFor(command: SendCommand | ActCommand): boolean {
    return this.gifts.after > 0 && isGift(command);
  }

  /** Changes nothing that counts: at the most, which lines of a flood are left out. */
  decide(command: SendCommand | ActCommand, facts: Facts): Decision {
    const author: Author = command.command === "send" ? command.author : command.by.user;
    const repeated = this.placeOf(command, facts.now);
    if (repeated !== undefined) return { kind: "repeat", offset: repeated };
    // Who did it is read from the event's info, by every reader and when the room is rebuilt.
    const info = command.command === "send" ? command.info : command.by.info;
    if ((info?.user ?? "") !== author) return refuse(ErrorCode.badRequest);
    const refused = this.objection(command, facts.now);
    if (refused !== undefined) return refused;
    return command.command === "send" ? this.#speak(command, facts) : this.#act(command, facts);
  }

  /** Why it is refused, whatever can be found out about it. */
  objection(command: SendCommand | ActCommand, now: number): Decision | undefined {
    const { state } = this;
    if (command.command === "send") {
      const { author: user, role, registeredAt, data } = command;
      const saying = { user, role: state.roleOf({ user, role }), registeredAt, data: normalized(data) };
      return objection(this, { ...saying, isNew: true, now });
    }
    const refused = forbidden({ state, command, now });
    const { by, action } = command;
    if (refused !== undefined) return refused;
    const role = state.roleOf(by);
    if (action.type === "report") return reportTooSoon(this.pace, { user: by.user, role, now });
    if (action.type !== "edit") return undefined;
    // The new words are judged as a new message is, save that they are no message: no repetition, and paced as edits are.
    const saying = { user: by.user, role, registeredAt: by.registeredAt, data: normalized(action.data) };
    return objection(this, { ...saying, isNew: false, now });
  }

  /** Counts hearts: they are in the room from now on, and acknowledged once their note is in the log. */
  count(command: HeartsCommand, now: number): { counts: number[]; note?: HeartNote } {
    const { heartsPerUserPerS: perUserPerS } = this.state.settings;
    const over = this.state.life === "ended";
    const mayCount = (user: string) => !over && !this.state.sanctions.is("banned", user, now);
    const counted = this.hearts.count(command, { perUserPerS, now, mayCount });
    if (counted.note !== undefined) this.state.totals.setHearts(counted.note.hearts);
    return counted;
  }

  /** Only writes. Answers whether what the room is like has changed, beside the messages in it. */
  apply(event: Publication): boolean {
    this.#head = event.offset;
    // R8: what is nowhere any more has no place that a repeat could be answered with. A former version did not say how far it is.
    if (event.tags.type === "rewound") this.forgetAfter(Number(event.data.kept ?? event.offset));
    const { info, tags } = event;
    const author = info?.user ?? "";
    // What the log itself says has no id to be repeated.
    if (tags.id !== undefined && (tags.id as string) !== "")
      this.dedupe.add({ author, id: tags.id, offset: event.offset, time: Number(tags.time) });
    if (tags.type === "gifted") this.gifts.add(event);
    const paced = this.state.settings.slowModeMs > 0 || this.state.settings.uniqueChat;
    // What a moderator lets through was said when it was held.
    if (paced && author !== "" && tags.held === undefined && (tags.type === "posted" || tags.type === "held"))
      this.pace.add(author, textOf(event.data), Number(tags.time));
    if ((tags.type === "edited" || tags.type === "reported") && author !== "")
      this.pace.addAct(tags.type, author, Number(tags.time));
    // A state that was ahead when the room was rebuilt has it already.
    return event.offset > this.state.offset && this.state.apply(event);
  }

  /** What a note of the log says. */
  applyHearts(note: HeartNote): void {
    this.hearts.apply(note);
    this.state.totals.setHearts(Object.fromEntries(this.hearts.totals));
  }

  /** Ids of what is nowhere any more. */
  forgetAfter(offset: number): void {
    this.dedupe.forgetAfter(offset);
    this.gifts.forgetAfter(offset);
  }

  #speak(command: SendCommand, facts: Facts): Decision {
    const { author: user, info, id } = command;
    const { now } = facts;
    const role = this.state.roleOf({ user, role: command.role });
    const data = normalized(command.data);
    const judged = isStaff(role) ? { data } : this.#judge(data, facts);
    if ("kind" in judged) return judged;
    const { held } = judged;
    const event = eventBy(info === undefined ? {} : { info }, {
      offset: this.#head + 1,
      now,
      type: held ? "held" : "posted",
      id,
      data: judged.data,
    });
    const marked: Publication = judged.masked ? { ...event, tags: { ...event.tags, masked: "true" } } : event;
    const planned = { event: marked, mentions: mentionsIn(data) };
    if (held) return { kind: "append", events: [{ ...planned, lane: "moderators" }], held };
    return { kind: "append", events: [{ ...planned, lane: this.#laneFor(user, { staff: isStaff(role), ...facts }) }] };
  }

  #act(command: ActCommand, facts: Facts): Decision {
    const { by, action } = command;
    const { now, target, gift } = facts;
    if (this.mustAskFor(command)) {
      const { offset, upTo } = gift ?? { upTo: 0 };
      // One beyond our head was given by another owner.
      if (offset !== undefined && offset <= this.#head) return { kind: "repeat", offset };
      // The store may be behind, and the room may have forgotten more of them since it was asked.
      if (offset !== undefined || upTo < this.gifts.after) return refuse(ErrorCode.historyUnavailable);
    }
    if (action.type !== "edit") return decideAct({ state: this.state, head: this.#head, command, target, now });
    const role = this.state.roleOf(by);
    const data = normalized(action.data);
    const judged = isStaff(role) ? { data } : this.#judge(data, facts);
    if ("kind" in judged) return judged;
    // There is nothing to hold: the message is there, and stays as it was.
    if (judged.held) return refuse(ErrorCode.wordBanned);
    const judgedCommand = { ...command, action: { ...action, data: judged.data } };
    return decideAct({ state: this.state, head: this.#head, command: judgedCommand, target, now });
  }

  #judge(data: JsonObject, { judge, review }: Facts): { data: JsonObject; masked?: true; held?: true } | Decision {
    if (review === "decline") return refuse(ErrorCode.declined);
    const text = textOf(data);
    const verdict = text === undefined ? undefined : judge(text);
    if (verdict?.action === "reject") return refuse(ErrorCode.wordBanned);
    if (verdict?.action === "hold" || review === "hold") return { data, held: true };
    return verdict?.action === "mask" ? { data: { ...data, text: verdict.masked }, masked: true } : { data };
  }

  #laneFor(user: string, { staff, now, samplePerS = limits.samplePerS }: Facts & { staff: boolean }): Lane {
    const { state } = this;
    if (state.sanctions.is("shadowed", user, now)) return "shadow";
    if (staff) return "all";
    const audience: Lane = state.shards > 1 ? `shard:${hash32(user) % state.shards}` : "all";
    // A change of the number of parts leaves none of the old ones.
    if (state.shards !== this.#sampledShards) this.#samplers.clear();
    this.#sampledShards = state.shards;
    let sampler = this.#samplers.get(audience);
    if (sampler === undefined) {
      sampler = new Sampler();
      this.#samplers.set(audience, sampler);
    }
    return sampler.admits(state.settings.samplePerS ?? samplePerS, now) ? audience : "skipped";
  }
}

/** Nobody else can give one. */
function isGift(command: SendCommand | ActCommand): boolean {
  return command.command === "act" && command.action.type === "gift" && command.by.user === "";
}

function normalized(data: JsonObject): JsonObject {
  return typeof data.text === "string" ? { ...data, text: normalizeText(data.text) } : data;
}

/** Whom a message names, as its sender says: user ids in `mentions`. */
function mentionsIn({ mentions }: JsonObject): string[] {
  if (!Array.isArray(mentions)) return [];
  return mentions.filter((user): user is string => typeof user === "string" && user !== "").slice(0, limits.mentions);
}
