/** Stacks of one process that feeds itself. */
import { join } from "node:path";
import type { ProtocolName } from "../generator/protocols.ts";
import { bench } from "../places.ts";
import { type ProcessOptions, startSelfFeeding } from "../processes.ts";
import type { Layer, Stack } from "../stack.ts";

export function inMemory(
  about: {
    name: string;
    title: string;
    layer: Layer;
    protocol: ProtocolName;
    script: string;
    args?: string[];
    nodeArgs?: string[];
  } & Pick<ProcessOptions, "environment">,
): Stack {
  const { name, title, layer, protocol, script, args = [], nodeArgs = [], environment = {} } = about;
  return {
    name,
    title,
    layer,
    start: async ({ profileDirectory }) => {
      const server = await startSelfFeeding({
        name,
        args: [...nodeArgs, join(bench, script), ...args],
        environment,
        profileDirectory,
      });
      return {
        protocol,
        authority: server.authority,
        names: new Map([[server.pid, name]]),
        feed: { kind: "itself", publish: server.publish },
        stop: () => server.stop(),
      };
    },
  };
}
