// What a person asks of `npm run faults`, and what that person hears if it cannot be done.
import { parseArgs } from "node:util";

export interface FaultsOptions {
  readonly seed: number;
  readonly minutes: number;
  /** A part of the names of the faults to live through; empty for all. */
  readonly only: string;
  readonly outageMs: number;
  /** The revision that the services are of at first, for a rolling upgrade. */
  readonly from?: string | undefined;
}

export type Wish = { kind: "live"; options: FaultsOptions } | { kind: "help"; text: string } | { kind: "refused"; text: string };

export const usage = `usage: npm run faults -- [--seed N] [--minutes M] [--only TEXT] [--outage S]
       npm run faults -- --from REVISION [--seed N] [--minutes M]

  --seed N      decides the order of the faults and the rooms that are struck; each further life has the next seed
  --minutes M   lives one life after the other for so long, and at least one (5)
  --only TEXT   the faults with TEXT in their name
  --outage S    for how many seconds what may be away for long is away (10)
  --from REV    a rolling upgrade and nothing else: all services begin as that revision of the repository has them
`;

/** `names`: of all faults. `newSeed`: where none is given. */
export function wishOf(args: readonly string[], { names, newSeed }: { names: readonly string[]; newSeed: number }): Wish {
  const values = valuesOf(args);
  if (typeof values === "string") return { kind: "refused", text: `${values}\n\n${usage}` };
  const { from } = values;
  if (from !== undefined && (values.only !== undefined || from === ""))
    return { kind: "refused", text: `--from takes a revision, and goes without --only.\n\n${usage}` };
  const listed = `The faults:\n${names.map((name) => `  ${name}\n`).join("")}`;
  if (values.help) return { kind: "help", text: `${usage}\n${listed}` };
  const { only = "" } = values;
  const seed = numberOf(values.seed ?? String(newSeed));
  const minutes = numberOf(values.minutes ?? "5");
  const outage = numberOf(values.outage ?? "10");
  const wrong = [
    ...(Number.isSafeInteger(seed) ? [] : ["--seed is a whole number"]),
    ...(Number.isFinite(minutes) ? [] : ["--minutes is a number, 0 for one life"]),
    ...(outage > 0 ? [] : ["--outage is a number of seconds above 0"]),
  ];
  if (wrong.length > 0) return { kind: "refused", text: `${wrong.join("; ")}.\n\n${usage}` };
  if (!names.some((name) => name.includes(only)))
    return { kind: "refused", text: `No fault has ${JSON.stringify(only)} in its name. ${listed}` };
  return { kind: "live", options: { seed, minutes, only, outageMs: outage * 1_000, from } };
}

/** How to live the life of one seed again, with all that decides it. */
export function commandOf(
  seed: number,
  { only, outageMs, from }: FaultsOptions,
  natsServer = process.env.MADANG_NATS_SERVER,
): string {
  const program = natsServer ? `MADANG_NATS_SERVER=${natsServer} ` : "";
  const chosen = `${only === "" ? "" : ` --only ${JSON.stringify(only)}`}${from === undefined ? "" : ` --from ${from}`}`;
  return `${program}npm run faults -- --seed ${seed} --minutes 0 --outage ${outageMs / 1_000}${chosen}`;
}

function valuesOf(args: readonly string[]) {
  try {
    const text = { type: "string" } as const;
    const options = {
      seed: text,
      minutes: text,
      only: text,
      outage: text,
      from: text,
      help: { type: "boolean", short: "h" },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

/** NaN for what is no number of ours: an empty text would be 0, and `1e3` or `0x10` is rather a mistake. */
function numberOf(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
