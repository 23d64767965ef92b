/**
 * The history checker: it asks of what clients did and saw, and of what is stored in the end, whether one order was kept. Pure. It
 * knows nothing of how the system works, so that it cannot share its mistakes.
 */

/** One message that a client wanted to place, through all its tries. Times are of one monotonic clock, ms. */
export interface Attempt {
  readonly room: string;
  readonly user: string;
  readonly id: string;
  /** What it says, as in `Placed`. */
  readonly text: string;
  readonly startedAt: number;
  /** When the last answer came; absent while there is none. */
  readonly endedAt?: number;
  /** `unknown`: it may be stored or not. `refused`: definitely, and it is not. */
  readonly outcome: { kind: "ok"; offset: number } | { kind: "refused" } | { kind: "unknown" };
}

/** One event, wherever it is found. */
export interface Placed {
  readonly offset: number;
  readonly id: string;
  readonly user: string;
  /** What it says, spelled the same wherever it is found. */
  readonly text: string;
}

/** What one observer of a room saw, in its order, from the first line that it was promised. */
export interface Observation {
  readonly who: string;
  readonly room: string;
  readonly seen: readonly Placed[];
}

export interface History {
  readonly attempts: readonly Attempt[];
  /** The final log of each room, oldest first. */
  readonly log: ReadonlyMap<string, readonly Placed[]>;
  /** The same from the store. */
  readonly rows: ReadonlyMap<string, readonly Placed[]>;
  readonly observations: readonly Observation[];
}

/** Findings of one kind beyond this many say nothing new. */
const mostOfAKind = 5;

/** Every way in which the history contradicts one gapless order per room; empty when there is none. */
export function check(history: History): string[] {
  const rooms = new Set([...history.log.keys(), ...history.attempts.map(({ room }) => room)]);
  return [...rooms].flatMap((room) => {
    const log = history.log.get(room) ?? [];
    const attempts = history.attempts.filter((attempt) => attempt.room === room);
    return [
      ...few(gaps(log), (at) => `${room}: the log goes from offset ${at.from} to ${at.to}`),
      ...few(repeats(log), (id) => `${room}: ${id} is in the log twice`),
      ...few(misplaced(attempts, log), (what) => `${room}: ${what}`),
      ...few(reworded(attempts, log), (what) => `${room}: ${what}`),
      ...few(outOfOrder(attempts), (what) => `${room}: ${what}`),
      ...few(differences(log, history.rows.get(room) ?? []), (what) => `${room}: store: ${what}`),
      ...history.observations
        .filter((observation) => observation.room === room)
        .flatMap(({ who, seen }) => few(unlike(seen, log), (what) => `${room}: ${who}: ${what}`)),
    ];
  });
}

function few<T>(found: readonly T[], say: (finding: T) => string): string[] {
  const said = found.slice(0, mostOfAKind).map(say);
  return found.length > mostOfAKind ? [...said, `… and ${found.length - mostOfAKind} more like it`] : said;
}

/** Offsets are 1 … n. */
function gaps(log: readonly Placed[]): { from: number; to: number }[] {
  return log.flatMap(({ offset }, index) => {
    const from = log[index - 1]?.offset ?? 0;
    return offset === from + 1 ? [] : [{ from, to: offset }];
  });
}

/** One place for each user's id. What the server itself said has none. */
function repeats(log: readonly Placed[]): string[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const placed of log) {
    if (placed.id === "") continue;
    if (seen.has(nameOf(placed))) twice.push(nameOf(placed));
    seen.add(nameOf(placed));
  }
  return twice;
}

/** What was acknowledged is there at that place, and what was refused is not there. */
function misplaced(attempts: readonly Attempt[], log: readonly Placed[]): string[] {
  const offsets = new Map(log.map((placed) => [nameOf(placed), placed.offset]));
  return attempts.flatMap((attempt) => {
    const offset = offsets.get(nameOf(attempt));
    const { outcome } = attempt;
    if (outcome.kind === "ok" && offset !== outcome.offset)
      return [
        `${nameOf(attempt)} was acknowledged at ${outcome.offset} and is ${offset === undefined ? "not in the log" : `at ${offset}`}`,
      ];
    if (outcome.kind === "refused" && offset !== undefined) return [`${nameOf(attempt)} was refused and is at ${offset}`];
    return [];
  });
}

/** What is there says what was sent, whether or not its sender knows of it. */
function reworded(attempts: readonly Attempt[], log: readonly Placed[]): string[] {
  const sent = new Map(attempts.map((attempt) => [nameOf(attempt), attempt.text]));
  return log.flatMap((placed) => {
    const text = sent.get(nameOf(placed));
    return text === undefined || text === placed.text
      ? []
      : [`${nameOf(placed)} at ${placed.offset} says ${placed.text}, and ${text} was sent`];
  });
}

/** What was acknowledged before another was begun has the smaller offset. */
function outOfOrder(attempts: readonly Attempt[]): string[] {
  const done = attempts.flatMap(({ outcome, startedAt, endedAt = Number.POSITIVE_INFINITY, ...attempt }) =>
    outcome.kind === "ok" ? [{ ...attempt, startedAt, endedAt, offset: outcome.offset }] : [],
  );
  const ended = done.toSorted((a, b) => a.endedAt - b.endedAt);
  let next = 0;
  let highest: (typeof done)[number] | undefined;
  return done
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .flatMap((later) => {
      for (let earlier = ended[next]; earlier !== undefined && earlier.endedAt < later.startedAt; earlier = ended[++next])
        if (earlier.offset > (highest?.offset ?? 0)) highest = earlier;
      return highest !== undefined && highest.offset >= later.offset
        ? [`${nameOf(later)} at ${later.offset} was begun after ${nameOf(highest)} was acknowledged at ${highest.offset}`]
        : [];
    });
}

function differences(log: readonly Placed[], rows: readonly Placed[]): string[] {
  const found: string[] = rows.length === log.length ? [] : [`${rows.length} rows, ${log.length} events`];
  const stored = new Map(rows.map((row) => [row.offset, row]));
  for (const placed of log) {
    const row = stored.get(placed.offset);
    if (row === undefined) found.push(`no row at ${placed.offset}`);
    else if (!same(row, placed)) found.push(`${spelled(row, placed)} at ${placed.offset} instead of ${spelled(placed, row)}`);
  }
  return found;
}

/** An observer saw a part of the log, line by line. */
function unlike(seen: readonly Placed[], log: readonly Placed[]): string[] {
  const first = log[0]?.offset ?? 1;
  return seen.flatMap((line, index) => {
    const before = seen[index - 1];
    if (before !== undefined && line.offset !== before.offset + 1) return [`saw ${line.offset} after ${before.offset}`];
    const logged = log[line.offset - first];
    if (logged === undefined) return [`saw ${nameOf(line)} at ${line.offset}, where the log has nothing`];
    return same(logged, line)
      ? []
      : [`saw ${spelled(line, logged)} at ${line.offset}, where the log has ${spelled(logged, line)}`];
  });
}

const same = (one: Placed, other: Placed) => nameOf(one) === nameOf(other) && one.text === other.text;

/** Its name, and what it says where that alone tells it from the other. */
const spelled = (placed: Placed, other: Placed) =>
  nameOf(placed) === nameOf(other) ? `${nameOf(placed)} saying ${placed.text}` : nameOf(placed);

const nameOf = ({ user, id }: { user: string; id: string }) => `${user}/${id}`;
