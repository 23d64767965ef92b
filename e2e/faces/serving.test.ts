// How the pages are served: each under its policy, and each at the address that people know.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openBrowser, screenshot } from "../support/browser.ts";
import { type Site, startAllInOne, temporaryFolder } from "../support/processes.ts";
import { viewer } from "../support/viewer.ts";

const browser = openBrowser();
const data = temporaryFolder();
let site: Site;
beforeAll(async () => {
  site = await startAllInOne(data.path, { MADANG_MEDIA_ORIGINS: "https://video.example" });
});
afterAll(async () => {
  await site?.stop();
  data[Symbol.dispose]();
});
const at = (path: string) => `http://${site.authority}${path}`;

describe("the pages", () => {
  test.each(["/", "/live", "/replay", "/console"])(
    "%s loads under its policy, in the language and the width of a phone",
    async (path) => {
      const page = await browser.page({ size: "narrow", language: "ko" });
      const answer = await page.goto(at(path));
      expect(answer?.status()).toBe(200);
      expect(answer?.headers()["cache-control"]).toBe("no-cache");
      const policy = answer?.headers()["content-security-policy"] ?? "";
      for (const rule of [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "media-src 'self' https://video.example",
        "frame-ancestors 'none'",
      ]) {
        expect(policy.split(";")).toContain(rule);
      }
      await page.locator("main").waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe("ko");
      await expectNoSidewaysScroll(page);
    },
  );

  test("are made of files that browsers keep, since their names tell what is in them", async () => {
    const html = await (await fetch(at("/"))).text();
    const files = [...html.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
    expect(files.length).toBeGreaterThan(1);
    for (const path of files) {
      expect((await fetch(at(path))).headers.get("cache-control"), path).toBe("public, max-age=31536000, immutable");
    }
  });

  test("and what others embed come compressed to those who can read that, and plain to all others", async () => {
    const html = await (await fetch(at("/live"))).text();
    const [, script = ""] = /src="\.(\/assets\/[^"]+\.js)"/.exec(html) ?? [];
    for (const path of [script, "/embed/madang-chat.js"]) {
      const bodies = await Promise.all(
        ["identity", "gzip", "br", "br;q=0, gzip"].map(async (accepted) => {
          const response = await fetch(at(path), { headers: { "accept-encoding": accepted } });
          const { headers } = response;
          expect(headers.get("content-encoding"), accepted).toBe(
            accepted === "identity" ? null : (accepted.split(" ").at(-1) ?? ""),
          );
          expect(headers.get("content-type")).toMatch(/^text\/javascript/);
          expect(headers.get("vary")).toBe("Accept-Encoding");
          return response.text();
        }),
      );
      expect(new Set(bodies).size).toBe(1);
      expect(bodies[0]).toContain("function");
    }
    for (const path of ["/../package.js", "/%2e%2e/package.js", "/assets/..%2f..%2fbuild.js"]) {
      expect((await fetch(at(path), { headers: { "accept-encoding": "br", accept: "application/json" } })).status).toBe(404);
    }
  });

  test("name a page that is not there, at any depth, and lead back to the first", async () => {
    for (const path of ["/concert", "/shop/tickets/7"]) {
      const page = await browser.page({ allows: [/the server responded with a status of 404/] });
      const answer = await page.goto(at(path));
      expect(answer?.status()).toBe(404);
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
      await expectAccessible(page);
      await screenshot(page, "missing");
      await page.getByRole("link").click();
      await page.waitForURL(at("/"));
    }
    const forPrograms = await fetch(at("/concert"), { headers: { accept: "application/json" } });
    expect([forPrograms.status, await forPrograms.text()]).toEqual([404, "not found\n"]);
  });

  test("are to be had at the addresses of the page that was here before them", async () => {
    const page = await browser.page();
    await page.goto(at("/#live:concert"));
    await page.waitForURL((url) => url.pathname === "/live" && url.searchParams.get("room") === "live:concert");
    const other = await browser.page();
    const asked: string[] = [];
    other.on("request", (request) => asked.push(request.url()));
    await other.goto(at("/?token=a.b.c#live:concert"));
    await other.waitForURL((url) => url.pathname === "/live" && url.searchParams.get("room") === "live:concert");
    // Only the first one, which somebody has kept, tells a server of the token.
    expect(asked.filter((url) => url.includes("a.b.c")).map((url) => new URL(url).pathname)).toEqual(["/"]);
  });
});

test("[N7] a visitor starts a room of their own, in which others are viewers", async () => {
  using kim = await viewer(site.socketUrl, "live:lobby");
  const { data } = await kim.client.rpc("start", { title: "Kim's first show" });
  expect(data.room).toMatch(/^live:kim-s-first-show-/);
  const roleOf = async (one: typeof kim) => {
    const { data: info } = await one.client.rpc("info", { channel: data.room });
    return [info.title, info.state, info.role];
  };
  expect(await roleOf(kim)).toEqual(["Kim's first show", "open", "owner"]);
  using lee = await viewer(site.socketUrl, data.room);
  expect(await roleOf(lee)).toEqual(["Kim's first show", "open", "viewer"]);
});
