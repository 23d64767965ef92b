/** What passes by in one room, without a place and without being kept, and which of those who watch it here are told. */
import { type ClientInfo, type Counters, decodeJson, limits, type RoomId, Signal, type wire } from "@madang/contracts";
import { encodePush, encodeSignal, encodeSignalPush } from "./encode.ts";
import type { FanOut } from "./fan-out.ts";
import type { RoomView } from "./room-view.ts";

export interface FeedSignalsOptions {
  readonly room: RoomId;
  readonly view: Pick<RoomView, "isHeard">;
  readonly fanOut: Pick<FanOut, "viewers" | "audience" | "tell">;
  /** Server time, ms. */
  readonly serverTime: () => number;
}

export class FeedSignals {
  readonly #options: FeedSignalsOptions;
  #counters: Counters | undefined;
  /** Them as they were told last. */
  #countersTold = "";

  constructor(options: FeedSignalsOptions) {
    this.#options = options;
  }

  /** As they were told last, if they were since this room is watched here. */
  get counters(): Counters | undefined {
    return this.#counters;
  }

  handle(data: Uint8Array): void {
    const signal = decodeJson(Signal, data);
    const { room } = this.#options;
    switch (signal.type) {
      case "join":
        return this.#tellOthers({ channel: room, join: { info: signal.info } }, signal.info);
      case "leave":
        return this.#tellOthers({ channel: room, leave: { info: signal.info } }, signal.info);
      case "typing":
        return this.#tellTyping(signal.info.user);
      case "counters":
        return this.#tellCounters(signal.counters);
      default:
        return signal satisfies never;
    }
  }

  #tellCounters(counters: Counters): void {
    this.#counters = counters;
    const told = encodeSignal("counters", counters);
    // Owners say them again, since a signal may be lost on its way.
    if (told !== this.#countersTold) this.#options.fanOut.tell(told);
    this.#countersTold = told;
  }

  #tellOthers(push: wire.Push, { client }: ClientInfo): void {
    const message = encodePush(push);
    for (const viewer of this.#options.fanOut.viewers)
      if (viewer.wantsJoinLeave && viewer.info.client !== client) viewer.push(message);
  }

  #tellTyping(user: string): void {
    const { room, view, fanOut, serverTime } = this.#options;
    // As with presence: it is told in rooms small enough for it to matter.
    if (fanOut.audience > limits.presenceClients || !view.isHeard(user, serverTime())) return;
    const message = encodeSignalPush(room, encodeSignal("typing", { user }));
    for (const viewer of fanOut.viewers) if (viewer.user !== user && !viewer.blocked.has(user)) viewer.push(message);
  }
}
