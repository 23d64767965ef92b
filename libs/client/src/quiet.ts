/** Until when one's own next message would be refused, as far as it is known. Times are ms since 1970, by our clock. It knows no clock. */
import { ErrorCode } from "./errors.ts";
import type { RoomFacts } from "./facts.ts";
import type { Problem } from "./model.ts";
import { isStaff } from "./roles.ts";

const passing: readonly number[] = [
  ErrorCode.muted,
  ErrorCode.banned,
  ErrorCode.slowMode,
  ErrorCode.frozen,
  ErrorCode.notOpen,
  ErrorCode.accountTooNew,
];

export class Quiet {
  #until = 0;
  /** By how much our clock is behind the server's, at least. */
  #behindMs = 0;

  /** Something has come that happened at `at` by the server's clock. */
  heard(at: number, now: number): void {
    if (at > now) this.#behindMs = Math.max(this.#behindMs, at - now);
  }

  refused({ code, retryAt }: Problem): void {
    if (retryAt !== undefined && passing.includes(code)) this.#until = Math.max(this.#until, retryAt);
  }

  /** Slow mode begins again with each message. */
  sent({ role, settings }: RoomFacts, at: number): void {
    const exempt = isStaff(role) || (role === "member" && settings.slowModeExemptsMembers);
    if (!exempt) this.#until = Math.max(this.#until, at + settings.slowModeMs);
  }

  /** A moderator has changed something. */
  forget(): void {
    this.#until = 0;
  }

  until({ role, settings }: RoomFacts, now: number): number | undefined {
    const until = Math.max(this.#until, isStaff(role) ? 0 : settings.lockdownUntil - this.#behindMs);
    return until > now ? until : undefined;
  }
}
