import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

/** A process that runs the service that this code is, and gets each signal once it has said what it waits for. */
async function life(service: string, signals: readonly { signal: NodeJS.Signals; after: RegExp }[]) {
  const code = `
    import { runService } from ${JSON.stringify(join(import.meta.dirname, "service.ts"))};
    const say = (what) => process.stdout.write(what + "\\n");
    const forEver = new Promise(() => setInterval(() => {}, 60_000));
    await runService("The service", async () => { say("runs"); return ${service}; });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [next] = waiting;
      if (next?.after.test(said)) {
        waiting.shift();
        child.kill(next.signal);
      }
    });
  }
  const waiting = [...signals];
  const [code_] = await once(child, "close");
  return { code: code_, said };
}

const told = { signal: "SIGTERM", after: /runs/ } as const;

describe("a service that is told to leave", () => {
  test("drains, closes, and ends with 0", async () => {
    const { code, said } = await life(
      `{ ready: () => true, drain: async () => say("drains"), close: async () => say("closes") }`,
      [told],
    );
    expect(code).toBe(0);
    expect(said).toMatch(/drains\n(?:.*\n)*closes\n/);
  });

  test("closes though its drain fails", async () => {
    const service = `{ ready: () => true, drain: async () => { throw new Error("no") }, close: async () => say("closes") }`;
    const { code, said } = await life(service, [told]);
    expect(code).toBe(0);
    expect(said).toContain("closes");
  });

  test.each([
    ["drain", `drain: () => forEver, close: async () => {}`],
    ["close", `drain: async () => {}, close: () => forEver`],
  ])("is ended when its time is over, with 1: %s hangs", async (_, hangs) => {
    const { code, said } = await life(`{ ready: () => true, leaveWithinMs: 300, ${hangs} }`, [told]);
    expect(code).toBe(1);
    expect(said).toContain("did not drain and close in time");
  });

  test("is ended at once by a second signal, with 1; one that comes with the first is the same", async () => {
    const drain = `async () => {
      say("drains");
      process.kill(process.pid, "SIGTERM");
      setTimeout(() => say("takes its time"), 600);
      await forEver;
    }`;
    const { code, said } = await life(`{ ready: () => true, drain: ${drain}, close: async () => {} }`, [
      told,
      { signal: "SIGINT", after: /takes its time/ },
    ]);
    expect(code).toBe(1);
    expect(said).not.toContain("in time");
  });
});
