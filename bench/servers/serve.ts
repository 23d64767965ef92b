/**
 * What every server that feeds itself has in common: it says its port on standard output, publishes comments when a line on standard
 * input tells it at which times, and ends with whoever started it. Runs on Node and on Bun.
 */
import { createInterface } from "node:readline";
import { type Comment, comment } from "../src/comment.ts";
import { openLoop } from "../src/open-loop.ts";
import type { Schedule } from "../src/schedule.ts";

export function serve(port: number, publish: (comment: Comment, room: number) => void): void {
  let published = 0;
  const lines = createInterface({ input: process.stdin });
  lines.on("line", async (line) => {
    const schedule = JSON.parse(line) as Schedule;
    await openLoop(schedule, ({ at, room }) => publish(comment(published++, at), room));
    process.stdout.write(`${JSON.stringify({ published: schedule.at.length })}\n`);
  });
  lines.on("close", () => process.exit(0));
  process.once("SIGTERM", () => process.exit(0));
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}

/** Who watches which room. */
export class Rooms<Member> {
  readonly #rooms = new Map<number, Set<Member>>();

  join(room: number, member: Member): void {
    const members = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, members.add(member));
  }

  leave(room: number, member: Member): void {
    this.#rooms.get(room)?.delete(member);
  }

  of(room: number): ReadonlySet<Member> {
    return this.#rooms.get(room) ?? new Set();
  }
}
