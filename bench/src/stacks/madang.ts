/** Layers B and C. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startSite } from "../madang-site.ts";
import { cache } from "../places.ts";
import type { Layer, Stack } from "../stack.ts";

function madang(about: { name: string; title: string; layer: Layer; store: boolean; windowMs?: number }): Stack {
  const { name, title, layer, store, windowMs } = about;
  return {
    name,
    title,
    layer,
    ...(store ? { missing: missingDatabase } : {}),
    start: async ({ profileDirectory }) => {
      const site = await startSite({ store, windowMs, profileDirectory });
      return {
        protocol: "centrifuge",
        authority: site.gateways[0]?.authority ?? "",
        names: site.names,
        feed: { kind: "senders", verb: "rpc" },
        stop: async () => site[Symbol.asyncDispose](),
      };
    },
  };
}

export function missingDatabase(): string | undefined {
  try {
    const found = JSON.parse(readFileSync(join(cache, "test-database.json"), "utf8")) as { missing?: string };
    return found.missing;
  } catch {
    return "there is no database server: `node scripts/setup.mjs --test` says why";
  }
}

export const madangB = madang({ name: "madang-b", title: "Madang B, adaptive window", layer: "B", store: false });
export const madangBWindow0 = madang({
  name: "madang-b-window-0",
  title: "Madang B, window 0",
  layer: "B",
  store: false,
  windowMs: 0,
});
export const madangC = madang({ name: "madang-c", title: "Madang C, adaptive window", layer: "C", store: true });
export const madangCWindow0 = madang({
  name: "madang-c-window-0",
  title: "Madang C, window 0",
  layer: "C",
  store: true,
  windowMs: 0,
});
