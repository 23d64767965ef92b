/** The comment that every stack carries: 146 bytes of JSON. It says when it should have been sent, so that whoever gets it knows its age. */

export const commentBytes = 146;
/**
 * Once in every comment, wherever it is wrapped in, and nowhere else: what the generator counts. It begins with a byte that nothing else
 * in a comment has, which lets the search pass over the rest at the speed of memory.
 */
const mark = Buffer.from("|||");
/** Before the time in a comment. */
const timeKey = Buffer.from('"at":');

export interface Comment {
  readonly id: string;
  readonly user: string;
  /** When it should have been sent, by `now`. */
  readonly at: number;
  readonly text: string;
}

/** A clock that processes of one machine share, in ms, finer than `Date.now`. */
export const now = (): number => performance.timeOrigin + performance.now();

export function comment(number: number, at: number): Comment {
  const bare = { id: `c${number}`, user: `user-${number % 100}`, at };
  const around = JSON.stringify({ ...bare, text: "" }).length;
  return { ...bare, text: words.slice(0, Math.max(0, commentBytes - around)) };
}

export const countComments = (bytes: Buffer): number => countOf(bytes, mark);

export function countOf(bytes: Buffer, what: Buffer): number {
  let count = 0;
  for (let place = bytes.indexOf(what); place >= 0; place = bytes.indexOf(what, place + what.length)) count++;
  return count;
}

/** When the comments in these bytes should have been sent. */
export function timesIn(bytes: Buffer): number[] {
  const times: number[] = [];
  for (let place = bytes.indexOf(timeKey); place >= 0; place = bytes.indexOf(timeKey, place + timeKey.length)) {
    // A number of 18 characters at most, ended by a comma or bracket.
    const start = place + timeKey.length;
    times.push(Number.parseFloat(bytes.toString("latin1", start, start + 20)));
  }
  return times;
}

const words =
  "|||A comment of ordinary length, as somebody types it while the song goes on and everyone else is typing, too; longer than any.";
