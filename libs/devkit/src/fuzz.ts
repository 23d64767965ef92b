// Inputs that nobody would think of, for whatever reads bytes from elsewhere. A failing run says its seed, and MADANG_FUZZ_SEED has it again.
import fc from "fast-check";

/** How long one decoder is tried, ms. `MADANG_FUZZ_MS` for a long night. */
const forMs = Number(process.env.MADANG_FUZZ_MS || 1_200);
/** So many inputs are tried however long it takes: a busy machine would try none. */
const leastRuns = 50;

let announced: number | undefined;

/** Of this process: all its decoders are tried with the same. */
function seed(): number {
  if (announced === undefined) {
    announced = Number(process.env.MADANG_FUZZ_SEED || Math.floor(Math.random() * 2 ** 31));
    console.log(`fuzz: MADANG_FUZZ_SEED=${announced} tries the same again`);
  }
  return announced;
}

/** Tries inputs for a while, or for a share of it where one decoder has many doors. @throws Error with the smallest input that was found for which `check` throws, and the seed */
export async function fuzz<T>(
  inputs: fc.Arbitrary<T>,
  check: (input: T) => void | Promise<void>,
  { share = 1 } = {},
): Promise<void> {
  const property = fc.asyncProperty(inputs, async (input) => check(input));
  const passes: fc.Parameters<[T]>[] = [
    { seed: seed(), numRuns: leastRuns },
    { seed: seed() + 1, numRuns: 10_000_000, interruptAfterTimeLimit: forMs * share, markInterruptAsFailure: false },
  ];
  for (const pass of passes) {
    const result = await fc.check(property, pass);
    if (result.failed) throw new Error(fc.defaultReportMessage(result) ?? "failed", { cause: result.errorInstance });
  }
}

/** Values that have broken decoders elsewhere. As JSON, since some are no values of JavaScript. */
const nasty = [
  ...["null", "true", "false", "0", "-1", "0.5", "-0", "1e400", "1e21", "9007199254740993", "12345678901234567890", "4294967296"],
  ...[
    '""',
    '"x"',
    '"\\u0000"',
    '"\\ud800"',
    '"__proto__"',
    '"constructor"',
    '"a.b"',
    '"> *"',
    '"\\r\\n"',
    '"\\u202e"',
    '"1"',
    '"NaN"',
  ],
  ...[
    "[]",
    "{}",
    "[null]",
    "[[]]",
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":{}}}',
    '{"length":5}',
    '{"toString":1}',
    '{"then":1}',
  ],
  JSON.stringify("x".repeat(5_000)),
  `${"[".repeat(200)}${"]".repeat(200)}`,
  `${'{"a":'.repeat(200)}1${"}".repeat(200)}`,
];

/** A mark that stands for a piece of JSON until it is written. */
const mark = (index: number) => `\u{10ffff}${index}\u{10ffff}`;

type Path = (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const children = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return [path, ...children];
}

/** The value with what is at the path replaced; undefined takes it out. */
function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by;
  if (Array.isArray(value)) return value.flatMap((item, index) => (index === first ? (replaced(item, rest, by) ?? []) : [item]));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, item]) => [key, key === first ? replaced(item, rest, by) : item]),
  );
}

/** JSON texts that are nearly one of these: some parts are others, or gone, or have something more in them. */
export function jsonNear(examples: readonly unknown[]): fc.Arbitrary<string> {
  const edit = fc.record({
    place: fc.nat(10_000),
    by: fc.oneof(
      { weight: 4, arbitrary: fc.nat(nasty.length - 1).map((index) => mark(index)) },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    more: fc.constantFrom("__proto__", "v", "id", "type", "extra", undefined, undefined, undefined),
  });
  const near = fc.record({ example: fc.constantFrom(...examples), edits: fc.array(edit, { minLength: 0, maxLength: 3 }) });
  return near.map(({ example, edits }) => {
    let value: unknown = example;
    for (const { place, by, more } of edits) {
      const paths = pathsOf(value);
      const path = paths[place % paths.length] ?? [];
      value = replaced(value, path, by);
      if (more !== undefined && typeof value === "object" && value !== null && !Array.isArray(value))
        value = Object.fromEntries([...Object.entries(value), [more, by ?? 1]]);
    }
    const text = JSON.stringify(value) ?? "";
    return text.replace(/"\u{10ffff}(\d+)\u{10ffff}"/gu, (_, index) => nasty[Number(index)] ?? "null");
  });
}

/** Bytes that are nearly one of these: cut, doubled, with other bytes in them; or anything. */
export function bytesNear(examples: readonly (Uint8Array | string)[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    how: fc.constantFrom("set", "insert", "remove", "cut", "double"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
    length: fc.nat(20),
  });
  const near = fc.record({ example: fc.constantFrom(...examples), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) });
  const edited = near.map(({ example, edits }) => {
    let bytes = Buffer.from(typeof example === "string" ? Buffer.from(example) : example);
    for (const { how, at, byte, length } of edits) {
      const place = Math.floor(at * bytes.length);
      const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
      const middle =
        how === "double" ? after.subarray(0, length) : how === "insert" || how === "set" ? Buffer.from([byte]) : Buffer.alloc(0);
      const rest =
        how === "cut" ? Buffer.alloc(0) : how === "set" ? after.subarray(1) : how === "remove" ? after.subarray(length) : after;
      bytes = Buffer.concat([before, middle, rest]);
    }
    return bytes;
  });
  return fc.oneof({ weight: 5, arbitrary: edited }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) });
}

/** Both kinds. */
export function jsonBytesNear(examples: readonly unknown[]): fc.Arbitrary<Uint8Array> {
  const bytes = bytesNear(examples.map((example) => JSON.stringify(example)));
  return fc.oneof({ weight: 3, arbitrary: jsonNear(examples).map((text) => Buffer.from(text)) }, { weight: 1, arbitrary: bytes });
}

/** Any text, most of it strange. */
export const anyText = fc.string({ unit: "binary", maxLength: 200 });
