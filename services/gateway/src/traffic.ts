/** What goes through one gateway, counted where it passes by. Counting costs an addition; `figures.ts` shows it to whoever asks. */

import type { Refused } from "./limits/admission.ts";

/** Why a socket is not let in: no place for it (`Refused`), a page that may not, or a gateway that cannot serve now. */
export type TurnedAway = Refused | "origin" | "unready";

/** Hears how long something took. Only where somebody can ask: looking at the clock costs more than counting. */
export interface TrafficTimes {
  /** From its bytes to its reply, or to its failure. */
  command(method: string, ms: number): void;
  /** From the arrival of the first of some lines that go out together to their last viewer. */
  fanOut(ms: number): void;
}

export class Traffic {
  readonly times: TrafficTimes | undefined;
  opened = 0;
  pings = 0;
  framesReceived = 0;
  bytesReceived = 0;
  framesSent = 0;
  bytesSent = 0;
  gaps = 0;
  backfilledLines = 0;
  lostRanges = 0;
  /** By method; those of rpc are `rpc <name>`. */
  readonly commands = new Map<string, number>();
  /** Errors in replies, and refusals in the answers of rpcs, by code. */
  readonly refusals = new Map<number, number>();
  /** By code; 0: the client closed it, or it broke. */
  readonly closes = new Map<number, number>();

  /** Sockets that were not let in, by reason. */
  readonly turnedAway = new Map<TurnedAway, number>();

  constructor(times?: TrafficTimes) {
    this.times = times;
  }

  countCommand(method: string): void {
    this.commands.set(method, (this.commands.get(method) ?? 0) + 1);
  }

  countRefusal(code: number): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  countClose(code: number): void {
    this.closes.set(code, (this.closes.get(code) ?? 0) + 1);
  }

  countTurnedAway(why: TurnedAway): void {
    this.turnedAway.set(why, (this.turnedAway.get(why) ?? 0) + 1);
  }
}
