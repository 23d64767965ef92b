/** The SDK as one file, its transport within it: what is published, and what its size is stated of. */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { leanTransport } from "./lean-transport.ts";

const source = join(import.meta.dirname, "..");

/** @returns the code of one entry */
export async function bundle(entry: "index" | "react"): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    plugins: [leanTransport()],
    root: source,
    build: {
      write: false,
      target: "es2022",
      minify: false,
      lib: { entry: join(source, `${entry}.ts`), formats: ["es"], fileName: entry },
      rolldownOptions: {
        external: ["react"],
        output: {
          minify: {
            compress: { target: "es2022" },
            mangle: true,
            codegen: { removeWhitespace: true },
            // The transport's private names, of which there are hundreds. Nothing that comes over the wire begins so.
            mangleProps: { include: /^_[a-zA-Z]/ },
          },
        },
      },
    },
  });
  const [{ output }] = built as [Rolldown.RolldownOutput];
  return output[0].code;
}

/** What a page loads, in KB of 1,000 bytes. */
export function gzippedKb(code: string): number {
  return gzipSync(code, { level: 9 }).length / 1_000;
}
