/** Layer A. */
import { inMemory } from "./in-memory.ts";

const gateway = {
  layer: "A",
  protocol: "centrifuge",
  script: "servers/gateway-in-memory.ts",
  // As gateways are started.
  nodeArgs: ["--max-semi-space-size=4"],
} satisfies Partial<Parameters<typeof inMemory>[0]>;

export const madangA = inMemory({ ...gateway, name: "madang-a", title: "Madang A, adaptive window" });

export const madangAWindow0 = inMemory({
  ...gateway,
  name: "madang-a-window-0",
  title: "Madang A, window 0",
  environment: { MADANG_WINDOW_MS: "0" },
});
