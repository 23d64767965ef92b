/** Whose turn it is to claim. When all rooms of another member are taken over at once, so many at a time are. */
import { limits } from "@madang/contracts";
import { Semaphore, within } from "@madang/runtime";

/** Too many others claim. The next command of the room asks anew. */
export class NoTurn extends Error {
  override readonly name = "NoTurn";
}

export class ClaimTurns {
  readonly #places = new Semaphore(limits.claimsAtOnce);

  /** @throws NoTurn, after `limits.claimTurnMs` */
  async with<T>(claim: () => Promise<T>): Promise<T> {
    const release = await this.#place();
    try {
      return await claim();
    } finally {
      release();
    }
  }

  async #place(): Promise<() => void> {
    const place = this.#places.acquire();
    try {
      return await within(limits.claimTurnMs, place, () => new NoTurn(`no turn to claim for ${limits.claimTurnMs} ms`));
    } catch (error) {
      // It is yet to come, and nobody wants it then.
      void place.then((release) => release());
      throw error;
    }
  }
}
