import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@madang/devkit";
import { createLogger } from "@madang/runtime";
import { exportJWK, generateKeyPair } from "jose";
import { afterEach, expect, test } from "vitest";
import { KeySource, type KeySourceOptions } from "./key-source.ts";
import type { TokenKey } from "./token-keys.ts";

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

const setOf = async (kid: string) => {
  const { publicKey } = await generateKeyPair("ES256", { extractable: true });
  return JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid }] });
};

function source(from: KeySourceOptions["from"], withinMs = 2_000) {
  const taken: (string | undefined)[] = [];
  const keys = { replace: (some: readonly TokenKey[]) => void taken.push(some[0]?.id) };
  const one = new KeySource({ keys, from, logger: createLogger("test", "silent"), everyMs: 20, withinMs });
  endings.push(() => one.close());
  return { one, taken };
}

async function served(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
}

test("keys of a file are read anew, and what cannot be read leaves the former ones", async () => {
  const directory = mkdtempSync(join(tmpdir(), "madang-keys-"));
  endings.push(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "keys.json");
  writeFileSync(file, await setOf("first"));
  const { one, taken } = source({ file });
  await one.start();
  expect(taken).toEqual(["first"]);
  writeFileSync(file, "{");
  writeFileSync(file, await setOf("second"));
  await eventually(() => expect(taken.at(-1)).toBe("second"));
});

test("an address that fails later leaves the keys as they are, and is asked again", async () => {
  const [first, second] = [await setOf("first"), await setOf("second")];
  let asked = 0;
  const url = await served((_, response) => {
    asked++;
    if (asked === 1) response.end(first);
    else if (asked === 2) response.writeHead(500).end(second);
    else if (asked === 3) response.end(second.padEnd(70_000));
    else if (asked === 4) response.writeHead(302, { location: "/elsewhere" }).end();
    else response.end(second);
  });
  const { one, taken } = source({ url });
  await one.start();
  await eventually(() => expect(taken.at(-1)).toBe("second"));
  expect(asked).toBeGreaterThanOrEqual(5);
  expect(new Set(taken.slice(0, -1))).toEqual(new Set(["first"]));
});

test("without keys to begin with nothing starts: also when the address says nothing", async () => {
  const silent = await served(() => {});
  for (const from of [{ file: "/no/such/file" }, { url: silent }])
    await expect(source(from, 50).one.start()).rejects.toMatchObject({ name: "KeySetError" });
});
