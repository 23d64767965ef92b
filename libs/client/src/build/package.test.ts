// The package as it is published: in an empty folder, with nothing of this project near it.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle, gzippedKb } from "./bundle.ts";

const project = join(import.meta.dirname, "../../../..");
const folder = mkdtempSync(join(tmpdir(), "madang-client-"));
const run = (file: string, args: string[]) => execFileSync(file, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
const node = process.execPath;

beforeAll(() => {
  run(node, [join(import.meta.dirname, "main.ts"), join(folder, "dist")]);
  run("npm", ["pack", "./dist", "--silent"]);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  run("npm", ["install", `./${tarball}`, "--offline", "--no-audit", "--no-fund", "--silent"]);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the SDK with its transport has at most 30 KB gzipped, and the guide says how many", async () => {
  const kb = gzippedKb(await bundle("index"));
  expect(kb).toBeLessThanOrEqual(30);
  const [, stated] = /(\d+) KB gzipped/.exec(readFileSync(join(project, "docs/sdk.md"), "utf8")) ?? [];
  expect(Number(stated)).toBe(Math.ceil(kb));
});

test("plain Node imports it, and it has no dependencies", () => {
  const manifest = JSON.parse(readFileSync(join(folder, "node_modules/@madang/client/package.json"), "utf8"));
  expect(manifest.dependencies).toBeUndefined();
  writeFileSync(join(folder, "use.mjs"), `import * as sdk from "@madang/client"; console.log(Object.keys(sdk).sort().join());`);
  expect(run(node, ["use.mjs"]).trim()).toBe("ErrorCode,MadangError,connect,isStaff,isTemporary,shortName");
});

test("its types stand by themselves, and are as the guide says", () => {
  writeFileSync(
    join(folder, "use.ts"),
    `import { connect, type Entry, type Message, type Room, ErrorCode } from "@madang/client";
     const room: Room = connect({ url: "ws://localhost/connection/websocket" }).room("live:lobby");
     const message: Message = room.send("hello");
     const entries: readonly Entry[] = room.view.entries;
     room.on("posted", ({ offset, by }) => { const where: number = offset; const who: string | undefined = by?.user; void [where, who]; });
     room.on("hearts", (growth) => { const count: number | undefined = growth["x"]; void count; });
     const viewers: number | undefined = room.view.counters?.viewers;
     const result = await room.moderate.mute("lee", { seconds: 60 });
     if (!result.ok && result.problem.code === ErrorCode.permissionDenied) void [message, entries, viewers];
     // @ts-expect-error: there is no such event
     room.on("nonsense", () => {});
    `,
  );
  const options = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    target: "es2024",
    lib: ["es2024"],
    types: [],
    skipLibCheck: false,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["use.ts"] }));
  expect(run(node, [join(project, "node_modules/typescript/bin/tsc"), "-p", "."])).toBe("");
});

test("its API page has what it exports, in the words of the source, and nothing of the inside", () => {
  const page = readFileSync(join(folder, "node_modules/@madang/client/API.md"), "utf8");
  const named = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(named).toEqual([...new Set(named)]);
  for (const name of [
    "connect",
    "Madang",
    "Room",
    "RoomView",
    "Entry",
    "Moderation",
    "Replay",
    "ErrorCode",
    "Counters",
    "useRoomView",
  ])
    expect(named).toContain(name);
  for (const inside of ["RoomLink", "Caller", "eventOf", "claimsOf"]) expect(named).not.toContain(inside);
  expect(page).toContain("Starts connecting at once, and goes on by itself until it is closed.");
  expect(page).toMatch(/```ts\nclass Room \{[^`]*send\(said: string \| Data\): Message;/);
});

test("the hooks are a second entry, with React's types and nothing else's", () => {
  const types = join(project, "libs/client/node_modules/@types");
  expect(existsSync(types)).toBe(true);
  symlinkSync(types, join(folder, "node_modules/@types"));
  writeFileSync(
    join(folder, "use-react.ts"),
    `import { connect } from "@madang/client";
     import { useRoom, useRoomView } from "@madang/client/react";
     export function useViewers(): number { return useRoomView(useRoom("live:lobby"), (view) => view.counters?.viewers ?? 0); }
     void connect;
    `,
  );
  const options = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    target: "es2024",
    lib: ["es2024", "dom"],
    types: [],
    skipLibCheck: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["use-react.ts"] }));
  expect(run(node, [join(project, "node_modules/typescript/bin/tsc"), "-p", "."])).toBe("");
});
