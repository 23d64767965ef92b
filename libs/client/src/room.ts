/** A room that one is in: its view, what it says, and what one does there. */
import type { Centrifuge, HistoryOptions, SubscribedContext, Subscription } from "centrifuge";
import { type Caller, newId, problemOf, problemOfRefusal, type Refused } from "./caller.ts";
import { dataOf, echoOf } from "./entry.ts";
import { eventOf, type RoomEvents, type RoomProblem } from "./events.ts";
import { changed, factsOf, type Info, pinnedMessages, type RoomFacts, unknownFacts } from "./facts.ts";
import { Hearts } from "./hearts.ts";
import { Listeners } from "./listeners.ts";
import type { Gap, Membership, Message, MessageState, Person, RoomView } from "./model.ts";
import { type ActionResult, Moderation } from "./moderation.ts";
import { Outbox } from "./outbox.ts";
import { Past } from "./past.ts";
import { Quiet } from "./quiet.ts";
import { Replay } from "./replay.ts";
import { Timeline } from "./timeline.ts";
import { Typists } from "./typists.ts";
import { type Data, type Publication, publicationOf } from "./wire.ts";

/** A view changes at most once in so many ms. */
const frameMs = 16;
const typingEveryMs = 2_000;

/** @internal What a room needs of its client. */
export interface RoomLink {
  readonly centrifuge: Centrifuge;
  readonly caller: Caller;
  /** Who one is. */
  me(): Person;
  left(room: Room): void;
}

/** Made by `madang.room(id)`. */
export class Room {
  readonly id: string;
  /** What staff does. */
  readonly moderate: Moderation;
  readonly #link: RoomLink;
  readonly #subscription: Subscription;
  readonly #timeline = new Timeline();
  readonly #past: Past;
  readonly #outbox: Outbox;
  readonly #hearts: Hearts;
  readonly #quiet = new Quiet();
  readonly #typists = new Typists();
  readonly #listeners = new Listeners();
  readonly #on = new Map<string, Listeners<unknown>>();
  #membership: Membership = { kind: "joining" };
  #facts: RoomFacts = unknownFacts;
  #pinnedOf: RoomFacts["pinned"] | undefined;
  #pinned: readonly Message[] = [];
  /** What changed while the room was asked what it is like, for each time that it is. */
  readonly #meanwhile = new Set<Publication[]>();
  #typedAt = 0;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;
  #frame: ReturnType<typeof setTimeout> | undefined;
  #view: RoomView;

  /** @internal */
  constructor(id: string, link: RoomLink) {
    this.id = id;
    this.#link = link;
    this.moderate = new Moderation(id, link.caller);
    this.#outbox = new Outbox(id, link.caller, (...settled) => this.#settle(...settled));
    this.#hearts = new Hearts(id, link.caller, {
      lost: (count, problem) => this.#problem({ what: "hearts", count, problem }),
      changed: () => this.#changed(),
    });
    this.#past = new Past({
      timeline: this.#timeline,
      history: (options) => this.#history(options),
      changed: () => this.#changed(),
      failed: (problem) => this.#problem({ what: "history", problem }),
    });
    this.#view = this.#look();
    const known = link.centrifuge.getSubscription(id);
    this.#subscription = known ?? link.centrifuge.newSubscription(id);
    this.#subscription
      .on("subscribed", (context) => this.#joined(context))
      .on("publication", (context) => this.#hear(publicationOf(context)))
      .on("subscribing", () => this.#become({ kind: "joining" }))
      .on("unsubscribed", ({ code, reason }) => this.#become({ kind: "left", code, reason }))
      // Temporary ones: it goes on trying. Others come as `unsubscribed`.
      .on("error", () => {});
    this.#subscription.subscribe();
  }

  /** All there is to show: the same object until something changes, at most once a frame. */
  get view(): RoomView {
    return this.#view;
  }

  /** Told when the view has changed. @returns what ends it */
  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Everything as it comes, by type. @returns what ends it */
  on<T extends keyof RoomEvents>(type: T, listener: (event: RoomEvents[T]) => void): () => void {
    const listeners = this.#on.get(type) ?? new Listeners<unknown>();
    this.#on.set(type, listeners);
    return listeners.add((event) => listener(event as RoomEvents[T]));
  }

  /** Says something. It is in the timeline at once, and is repeated with its id until it has an answer; its state follows there. */
  send(said: string | Data): Message {
    const message = echoOf(dataOf(said), { id: newId(), me: this.#link.me(), at: Date.now() });
    this.#timeline.say(message);
    this.#outbox.add(message);
    this.#show();
    return message;
  }

  /** Sends a message once more that was refused or failed. It is the same message, and is not said twice. */
  retry(key: string): void {
    const message = this.#timeline.again(key, Date.now());
    if (message === undefined) return;
    this.#outbox.add(message);
    this.#show();
  }

  /** Takes a message out of the timeline that was refused, failed, or is held. */
  discard(key: string): void {
    this.#outbox.drop(key);
    this.#timeline.discard(key);
    this.#show();
  }

  /** Hearts of a kind; summed, and sent once a second. */
  heart(kind = "❤️", count = 1): void {
    this.#hearts.add(kind, count);
  }

  /** One types: tells others, at most once in 2 s. */
  typing(): void {
    if (Date.now() - this.#typedAt < typingEveryMs || this.#membership.kind !== "live") return;
    this.#typedAt = Date.now();
    // It passes by: nobody minds if it is lost.
    this.#link.centrifuge.rpc("typing", { channel: this.id }).catch(() => {});
  }

  /** Reads a page of the past. `view.older` says whether there is more; what goes wrong is told as a `problem`. */
  loadOlder(): Promise<void> {
    return this.#past.loadOlder();
  }

  /** Reads what was missed, up to some thousands of events at a time: call it again for as long as the gap is there. */
  fillGap(gap: Gap): Promise<void> {
    return this.#past.fillGap(gap);
  }

  /** Whether one reads at the end. Elsewhere up to 5,000 entries stay, so that one keeps one's place; at the end 1,000. */
  setReading(atEnd: boolean): void {
    this.#timeline.setReading(atEnd);
    this.#changed();
  }

  /** Changes one's own message, within the room's window. */
  edit(offset: number, said: string | Data): Promise<ActionResult> {
    return this.moderate.act("edit", { offset, data: dataOf(said) });
  }

  /** Takes away one's own message, or as staff anybody's. */
  delete(offset: number, reason?: string): Promise<ActionResult> {
    return this.moderate.delete(offset, reason);
  }

  /** Puts a message before the moderators. */
  report(offset: number, reason?: string): Promise<ActionResult> {
    return this.moderate.act("report", { offset, reason });
  }

  /** The broadcast once more, by the time since its start: each call is a player of its own. */
  replay(): Replay {
    const { caller } = this.#link;
    return new Replay({
      room: this.id,
      caller,
      me: () => this.#link.me().user,
      history: (options) => this.#history(options),
    });
  }

  /** Ends it: nothing comes any more. `madang.room(id)` joins anew. */
  leave(): void {
    clearTimeout(this.#frame);
    clearTimeout(this.#typingTimer);
    this.#subscription.removeAllListeners();
    this.#subscription.unsubscribe();
    this.#link.centrifuge.removeSubscription(this.#subscription);
    this.#membership = { kind: "left", code: 0, reason: "left" };
    this.#link.left(this);
    this.#show();
  }

  /** @internal Subscribes again where the server has ended it. */
  rejoin(): void {
    if (this.#membership.kind === "left") this.#subscription.subscribe();
  }

  /** @internal */
  hide(user: string, hidden: boolean): void {
    if (hidden) this.#typists.stops(user);
    this.#timeline.hide(user, hidden);
    this.#pinnedOf = undefined;
    this.#changed();
  }

  #joined({ streamPosition, recovered }: SubscribedContext): void {
    const { offset = 0, epoch = "" } = streamPosition ?? {};
    this.#timeline.belongTo(this.#link.me());
    this.#become({ kind: "live" });
    if (recovered && epoch === this.#past.epoch) return;
    this.#past.start({ offset, epoch });
    void this.#ask();
  }

  #hear(publication: Publication): void {
    const { data, tags, info, offset } = publication;
    const type = tags.type ?? "";
    const former = this.#facts;
    this.#quiet.heard(Number(tags.time ?? 0), Date.now());
    const before = former.counters?.hearts;
    this.#facts = changed(former, publication);
    if (this.#facts !== former) for (const events of this.#meanwhile) events.push(publication);
    if (type === "typing") {
      if (this.#timeline.hides(String(data.user))) return;
      this.#typists.types(String(data.user), Date.now());
      this.#expireTyping();
    } else if (type !== "counters") {
      const again = this.#timeline.live(publication);
      if (again !== undefined) void this.#past.reread(again);
    }
    const user = this.#timeline.me;
    if (type === "posted" && info !== undefined) this.#typists.stops(info.user);
    if ((type === "granted" || type === "moderated") && data.user === user) {
      this.#quiet.forget();
      void this.#ask();
    }
    this.#tell(type, offset === undefined || type === "skip" ? data : eventOf(publication));
    if (type === "counters" && before !== undefined) {
      const growth = this.#hearts.ofOthers(before, this.#facts.counters?.hearts ?? {});
      if (Object.keys(growth).length > 0) this.#tell("hearts", growth);
    }
    this.#changed();
  }

  #settle(key: string, state: MessageState, offset?: number): void {
    this.#timeline.settle(key, state, offset);
    if (state.kind === "refused") this.#quiet.refused(state.problem);
    if (state.kind === "sent") this.#quiet.sent(this.#facts, Date.now());
    this.#changed();
  }

  async #ask(): Promise<void> {
    const meanwhile: Publication[] = [];
    this.#meanwhile.add(meanwhile);
    try {
      const info = await this.#link.caller.ask<Info | Refused>("info", { channel: this.id });
      if ("refused" in info) this.#problem({ what: "info", problem: problemOfRefusal(info) });
      else {
        const before = this.#facts.counters?.hearts;
        this.#facts = meanwhile.reduce(changed, factsOf(info));
        // What has grown while nobody told is too late to rise.
        if (before !== undefined) this.#hearts.ofOthers(before, this.#facts.counters?.hearts ?? {});
      }
    } catch (failure) {
      this.#problem({ what: "info", problem: problemOf(failure) });
    }
    this.#meanwhile.delete(meanwhile);
    this.#changed();
  }

  async #history(options: HistoryOptions): Promise<Publication[]> {
    const { publications } = await this.#link.caller.repeat(() => this.#link.centrifuge.history(this.id, options));
    return publications.map(publicationOf);
  }

  #problem(problem: RoomProblem): void {
    this.#tell("problem", problem);
  }

  #tell(type: string, event: unknown): void {
    this.#on.get(type)?.tell(event);
  }

  #become(membership: Membership): void {
    this.#membership = membership;
    this.#changed();
  }

  #expireTyping(): void {
    clearTimeout(this.#typingTimer);
    const againMs = this.#typists.expire(Date.now());
    if (againMs !== undefined) this.#typingTimer = setTimeout(() => this.#expireTyping(), againMs);
    this.#changed();
  }

  // A timer and not an animation frame: Node has none, and a tab in the background gets none.
  #changed(): void {
    this.#frame ??= setTimeout(() => this.#show(), frameMs);
  }

  #show(): void {
    clearTimeout(this.#frame);
    this.#frame = undefined;
    this.#view = this.#look();
    this.#listeners.tell();
  }

  #look(): RoomView {
    const { title, role, settings, life, startsAt, counters, pinned } = this.#facts;
    if (pinned !== this.#pinnedOf) {
      this.#pinnedOf = pinned;
      this.#pinned = pinnedMessages(this.#facts, this.#timeline.me).filter((message) => !this.#timeline.isHidden(message));
    }
    const quietUntil = this.#quiet.until(this.#facts, Date.now());
    return {
      room: this.id,
      membership: this.#membership,
      title,
      role,
      settings,
      life,
      ...(startsAt === undefined ? {} : { startsAt }),
      entries: this.#timeline.entries,
      older: this.#past.older,
      ...(counters === undefined ? {} : { counters }),
      pinned: this.#pinned,
      typing: this.#typists.users,
      ...(quietUntil === undefined ? {} : { quietUntil }),
      heartsPending: this.#hearts.pending,
    };
  }
}
