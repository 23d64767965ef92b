/**
 * What was taken away or changed lately. It remembers a bounded number of the newest changes, for what the store may not know yet; the
 * store knows them all.
 */
import { type Line, limits, Role } from "@madang/contracts";
import { z } from "zod";
import { forgetOldest } from "./forget-oldest.ts";
import { type Known, readAs } from "./reading.ts";

/** Who deleted a message: its author, the site, or somebody who stood so high in the room. */
const Deleter = z.enum(["author", "site", ...Role.options]);
export type Deleter = z.infer<typeof Deleter>;

const Change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("deleted"), by: Deleter.exactOptional() }),
  /** By the event at that offset. */
  z.object({ kind: z.literal("edited"), by: z.int(), data: z.record(z.string(), z.unknown()) }),
]);
type Change = z.infer<typeof Change>;

export const StoredChanges = z.object({
  changed: z.array(z.tuple([z.int(), Change])),
  /** `[user, offset]`: all of the user's messages up to there. */
  purged: z.array(z.tuple([z.string(), z.int()])),
});

export class Changes implements Known {
  /** By offset, the newest last. */
  readonly #edited = new Map<number, Extract<Change, { kind: "edited" }>>();
  readonly #deleted = new Map<number, Deleter | undefined>();
  readonly #purged = new Map<string, number>();
  #bytes = 0;

  static restore({ changed, purged }: z.infer<typeof StoredChanges>): Changes {
    const changes = new Changes();
    for (const [offset, change] of changed) {
      if (change.kind === "deleted") changes.delete(offset, change.by);
      else changes.edit(offset, change);
    }
    for (const [user, upTo] of purged) changes.purge(user, upTo);
    return changes;
  }

  delete(offset: number, by?: Deleter): void {
    this.#deleted.delete(offset);
    this.#deleted.set(offset, by);
    forgetOldest(this.#deleted, limits.changesRemembered);
  }

  undelete(offset: number): void {
    this.#deleted.delete(offset);
  }

  edit(offset: number, { by, data }: { by: number; data: Record<string, unknown> }): void {
    this.#forgetEdit(offset);
    this.#edited.set(offset, { kind: "edited", by, data });
    this.#bytes += sizeOf(data);
    for (const oldest of this.#edited.keys()) {
      if (this.#edited.size <= limits.changesRemembered && this.#bytes <= limits.editedBytes) break;
      this.#forgetEdit(oldest);
    }
  }

  purge(user: string, upTo: number): void {
    this.#purged.delete(user);
    this.#purged.set(user, upTo);
    forgetOldest(this.#purged, limits.purgesRemembered);
  }

  unpurge(user: string): void {
    this.#purged.delete(user);
  }

  isDeleted(offset: number): boolean {
    return this.#deleted.has(offset);
  }

  /** Undefined: not that anybody remembers. */
  deleterOf(offset: number): Deleter | undefined {
    return this.#deleted.get(offset);
  }

  /** Up to where the user's messages are gone; 0: none are. */
  purgedUpTo(user: string): number {
    return this.#purged.get(user) ?? 0;
  }

  /** The line as it reads now. */
  view(line: Line): Line {
    return readAs(line, this);
  }

  isGone(offset: number, author: string): boolean {
    return this.#deleted.has(offset) || offset <= this.purgedUpTo(author);
  }

  editOf(offset: number): Extract<Change, { kind: "edited" }> | undefined {
    return this.#edited.get(offset);
  }

  toStored(): z.infer<typeof StoredChanges> {
    return {
      changed: [
        ...[...this.#edited].map(([offset, change]): [number, Change] => [offset, change]),
        ...[...this.#deleted].map(([offset, by]): [number, Change] => [
          offset,
          { kind: "deleted", ...(by === undefined ? {} : { by }) },
        ]),
      ],
      purged: [...this.#purged],
    };
  }

  #forgetEdit(offset: number): void {
    const edit = this.#edited.get(offset);
    if (edit === undefined) return;
    this.#edited.delete(offset);
    this.#bytes -= sizeOf(edit.data);
  }
}

const sizeOf = (data: object) => Buffer.byteLength(JSON.stringify(data));
