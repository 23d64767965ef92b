import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Gateway } from "./gateway.ts";
import { httpApp } from "./http.ts";
import { ApiKeys } from "./trust/api-keys.ts";

describe("a page's file", () => {
  test("that lies compressed beside it and cannot be had as it is asked for is refused in words that can be read, and kept by nobody", async () => {
    await using site = await serve({ "assets/a.js": "const a = 1;", "embed/e.js": "const e = 1;" });
    const asked: [path: string, init: RequestInit, status: number][] = [
      ["/assets/a.js", { headers: { range: "bytes=9999-" } }, 416],
      ["/assets/a.js", { headers: { "if-match": '"another"' } }, 412],
      ["/embed/e.js", { headers: { range: "bytes=9999-" } }, 416],
      ["/assets/a.js", { method: "POST" }, 404],
      ["/assets/a.js", { method: "OPTIONS" }, 404],
      ["/assets/.a.js", {}, 404],
    ];
    for (const [path, init, status] of asked) {
      const { headers, ...answer } = await site.fetch(path, init);
      const what = `${init.method ?? "GET"} ${path} ${JSON.stringify(init.headers ?? {})}`;
      expect(answer, what).toEqual({ status, text: status === 404 ? "not found\n" : "bad request\n" });
      for (const name of ["content-encoding", "cache-control", "last-modified", "access-control-allow-origin"])
        expect(headers.get(name), `${what}: ${name}`).toBeNull();
      expect(headers.get("content-security-policy"), what).toContain("default-src 'self'");
    }
  });

  test("may be read by pages of others below /embed/, and nowhere else, however its name is written", async () => {
    await using site = await serve({ "assets/a.js": "const a = 1;", "embed/e.js": "const e = 1;" });
    const allowed = async (path: string) => (await site.fetch(path)).headers.get("access-control-allow-origin");
    expect(await allowed("/embed/e.js")).toBe("*");
    expect(await allowed("/embed/%65.js")).toBe("*");
    for (const path of ["/assets/a.js", "/embed/%2e%2e%2fassets/a.js", "/embed//../assets/a.js", "/embed/none.js", "/embed"])
      expect(await allowed(path), path).toBeNull();
  });
});

/** A site of these files, each with what it is compressed to. */
async function serve(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "madang-pages-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(folder, name.replace(/([^/]+)$/, ".$1.br")), brotliCompressSync(content));
  }
  const options = { apiKeys: new ApiKeys([]), webDirectory: folder, mediaOrigins: [], ready: () => true };
  const server = httpApp({} as Gateway, options).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    fetch: async (path: string, init: RequestInit = {}) => {
      const headers = { "accept-encoding": "br", accept: "*/*;q=0.1, text/plain", ...init.headers };
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
