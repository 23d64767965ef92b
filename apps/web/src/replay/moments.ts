/** When gifts came and something was pinned. */
import type { HeartsAt, Replay } from "@madang/client";

export interface Moment {
  readonly kind: "gift" | "pin";
  /** ms from the start. */
  readonly at: number;
  /** Else it is the middle of the stretch in which it was. */
  readonly exact: boolean;
}

/** Stretches that are read, and how many at a time. */
const maxStretches = 40;
const atOnce = 4;

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly kinds: readonly Moment["kind"][];
}

/** In order. Read where the totals changed; what is not on the first page of such a stretch, in a flood, is approximated. */
export async function momentsOf(replay: Pick<Replay, "page">, totals: readonly HeartsAt[]): Promise<readonly Moment[]> {
  const stretches = stretchesOf(totals);
  const found: Moment[][] = [];
  const next = stretches.entries();
  const worker = async () => {
    for (const [index, stretch] of next) found[index] = index < maxStretches ? await read(replay, stretch) : near(stretch, []);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return found.flat();
}

/** Without having read anything. */
export function momentsNear(totals: readonly HeartsAt[]): readonly Moment[] {
  return stretchesOf(totals).flatMap((stretch) => near(stretch, []));
}

function stretchesOf(totals: readonly HeartsAt[]): Stretch[] {
  return totals.slice(1).flatMap((to, index) => {
    const from = totals[index] as HeartsAt;
    const kinds: Moment["kind"][] = [];
    if (to.pins.some((offset) => !from.pins.includes(offset))) kinds.push("pin");
    if (to.gifts > from.gifts) kinds.push("gift");
    return kinds.length === 0 ? [] : [{ from: from.at, to: to.at, kinds }];
  });
}

async function read(replay: Pick<Replay, "page">, stretch: Stretch): Promise<Moment[]> {
  const entries = await replay.page(stretch.from, stretch.to + 1).catch(() => []);
  const moments = entries.flatMap(({ at, publication }): Moment[] => {
    const type = (publication as { tags?: { type?: string } } | undefined)?.tags?.type;
    const kind = type === "gifted" ? "gift" : type === "pinned" ? "pin" : undefined;
    return kind === undefined || !stretch.kinds.includes(kind) ? [] : [{ kind, at, exact: true }];
  });
  return [...moments, ...near(stretch, moments)];
}

function near({ from, to, kinds }: Stretch, known: readonly Moment[]): Moment[] {
  const missed = kinds.filter((kind) => !known.some((one) => one.kind === kind));
  return missed.map((kind) => ({ kind, at: (from + to) / 2, exact: false }));
}
