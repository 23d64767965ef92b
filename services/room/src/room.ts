/**
 * One room's mind: pure, and the same in life and in rebuilding. It knows no socket, no log and no clock. Whoever holds it decides,
 * applies, and sees to it that what was applied gets into the log.
 */
import type { Publication, Refusal, RoomCommand } from "@madang/contracts";
import type { Dedupe } from "./dedupe.ts";
import { normalizeText } from "./text.ts";

export type Decision =
  | { kind: "append"; event: Publication }
  /** The same message came before and has this place; it may not be committed yet. */
  | { kind: "repeat"; offset: number }
  | { kind: "refuse"; refusal: Refusal };

export class Room {
  readonly dedupe: Dedupe;
  #head: number;

  constructor({ head, dedupe }: { head: number; dedupe: Dedupe }) {
    this.#head = head;
    this.dedupe = dedupe;
  }

  /** The offset of the last event applied. */
  get head(): number {
    return this.#head;
  }

  /** Only reads. `now`: server time, ms. */
  decide(command: RoomCommand, now: number): Decision {
    switch (command.command) {
      case "send": {
        const repeated = this.dedupe.find(command.author, command.id, now);
        if (repeated !== undefined) return { kind: "repeat", offset: repeated };
        const { data, info, id } = command;
        const event: Publication = {
          data: typeof data.text === "string" ? { ...data, text: normalizeText(data.text) } : data,
          ...(info === undefined ? {} : { info }),
          offset: this.#head + 1,
          tags: { type: "posted", id, time: String(now) },
        };
        return { kind: "append", event };
      }
      default:
        return command.command satisfies never;
    }
  }

  /** Only writes. */
  apply(event: Publication): void {
    this.#head = event.offset;
    // R8: what is nowhere any more has no place that a repeat could be answered with. A former version did not say how far it is.
    if (event.tags.type === "rewound") this.dedupe.forgetAfter(Number(event.data.kept ?? event.offset));
    // What the server itself says has no id to be repeated.
    if (event.tags.type !== "posted") return;
    this.dedupe.add({
      author: event.info?.user ?? "",
      id: event.tags.id,
      offset: event.offset,
      time: Number(event.tags.time),
    });
  }
}
