/** What is asked for on the command line. */
import { parseArgs } from "node:util";
import type { Stack } from "./stack.ts";
import { centrifugeAt } from "./stacks/any-centrifuge.ts";
import { stacks } from "./stacks/index.ts";
import type { Suite, SuiteOptions } from "./suite.ts";
import { suites } from "./suites/index.ts";

export interface Options {
  readonly suites: readonly Suite[];
  readonly stacks: readonly Stack[];
  /** Suites and stacks that this machine cannot have, and why. */
  readonly leftOut: readonly { name: string; why: string }[];
  /** How often; each suite's own number unless given. */
  readonly repeats: number | undefined;
  /** Of the result: `results/<date>-<name>.json`. */
  readonly name: string;
  /** Tables and plots go into docs/performance.md, too. */
  readonly docs: boolean;
  readonly of: Omit<SuiteOptions, "stacks" | "seed" | "say">;
}

export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      suite: { type: "string", multiple: true },
      only: { type: "string", multiple: true },
      repeats: { type: "string" },
      quick: { type: "boolean", default: false },
      viewers: { type: "string" },
      name: { type: "string", default: "latest" },
      docs: { type: "boolean", default: false },
      profile: { type: "string" },
      centrifuge: { type: "string" },
      pids: { type: "string", default: "" },
    },
  });
  const more = values.centrifuge === undefined ? [] : [centrifugeAt(values.centrifuge, values.pids.split(",").map(Number))];
  const wanted = [...chosen(stacks, values.only, "stack"), ...more];
  const asked = chosen(suites, values.suite, "suite");
  const leftOut = [...asked, ...wanted].flatMap(({ name, missing }) => {
    const why = missing?.();
    return why === undefined ? [] : [{ name, why }];
  });
  const present = ({ name }: { name: string }) => !leftOut.some((left) => left.name === name);
  return {
    suites: asked.filter(present),
    stacks: wanted.filter(present),
    leftOut,
    repeats: values.repeats === undefined ? (values.quick ? 1 : undefined) : Number(values.repeats),
    name: values.name,
    docs: values.docs,
    of: {
      quick: values.quick,
      viewers: values.viewers === undefined ? undefined : Number(values.viewers),
      profileDirectory: values.profile,
    },
  };
}

function chosen<T extends { readonly name: string }>(all: readonly T[], names: readonly string[] | undefined, what: string): T[] {
  const unknown = names?.find((name) => !all.some((one) => one.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no ${what} ${unknown}; there are ${all.map(({ name }) => name).join(", ")}`);
  return all.filter(({ name }) => names?.includes(name) ?? true);
}
