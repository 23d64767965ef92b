/** The comment that every stack carries: 146 bytes of JSON. It says when it should have been sent, so that whoever gets it knows its age. */

export const commentBytes = 146;
/** Once in every comment, wherever it is wrapped in, and nowhere else: what the generator counts. */
export const commentMarker = Buffer.from('"at":');

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

/** The time in a comment, from where its marker begins; and where the search for the next one goes on. */
export function timeAt(bytes: Buffer, marker: number): number {
  // A number of 17 characters at most, ended by a comma or bracket.
  return Number.parseFloat(bytes.toString("latin1", marker + commentMarker.length, marker + commentMarker.length + 20));
}

export function countComments(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(commentMarker); at >= 0; at = bytes.indexOf(commentMarker, at + commentMarker.length)) count++;
  return count;
}

const words =
  "A comment of ordinary length, as somebody types it while the song goes on and everyone else is typing, too; longer than any.";
