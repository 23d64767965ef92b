// <madang-chat> on the page of somebody else: another origin, under a policy that lets as little be as it can.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible, type Face, openBrowser, screenshot } from "../support/browser.ts";
import { connected } from "../support/viewer.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";
import { payloads } from "./payloads.ts";

const browser = openBrowser();
let shop: Server;
let live: Broadcast;
let madang = "";
beforeAll(async () => {
  shop = createServer((request, response) => {
    const path = request.url ?? "/";
    const styles = { "/shop.css": shopStyles, "/kind.css": kindStyles }[path];
    if (styles !== undefined) {
      response.setHeader("content-type", "text/css");
      response.end(styles);
      return;
    }
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.setHeader("content-security-policy", policy());
    response.end(pages.get(path) ?? "");
  }).listen(0, "127.0.0.1");
  await once(shop, "listening");
  const { port } = shop.address() as AddressInfo;
  // On loopback alone all pages of this machine are let in.
  live = await broadcast(
    {},
    { MADANG_HTTP_HOST: "0.0.0.0", MADANG_ANONYMOUS: "on", MADANG_ROOMS: "anybody", MADANG_ORIGINS: `http://127.0.0.1:${port}` },
  );
  madang = `127.0.0.1:${live.site.authority.split(":")[1]}`;
});
afterAll(async () => {
  await live?.[Symbol.asyncDispose]();
  shop?.close();
});

const policy = () =>
  [
    "default-src 'none'",
    `script-src http://${madang}`,
    "style-src 'self'",
    `connect-src ws://${madang}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "base-uri 'none'",
  ].join("; ");
const shopStyles = `
* { letter-spacing: 6px !important; text-transform: uppercase; }
html { font-size: 30px; }
body { margin: 0; padding: 16px; background: light-dark(#eef3ee, #101c14); color-scheme: light dark; box-sizing: border-box; }
p, span, button, textarea, article { display: none !important; color: red !important; }
madang-chat { height: 600px; }
madang-chat.green { --madang-accent: rgb(31, 107, 58); --madang-on-accent: #fff; }
`;
/** Of a shop that means well, for its picture. */
const kindStyles = `
body { margin: 0; padding: 20px; background: light-dark(#eef3ee, #101c14); color: light-dark(#18241b, #e4efe6); color-scheme: light dark;
  font: 17px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 16px; font-size: 24px; line-height: 1.3; }
main { max-width: 1100px; margin: 0 auto; }
.shop { display: grid; gap: 20px; }
.pot { min-height: 130px; border-radius: 16px; background: linear-gradient(#d8a47f 0 30%, #b9754c 30% 62%, #8a4b2d 62% 84%, #5b2f1c 84%); }
madang-chat { height: calc(100dvh - 240px); --madang-accent: light-dark(#1f6b3a, #7fd69a); --madang-on-accent: light-dark(#ffffff, #06210f); }
@media (width > 800px) { .shop { grid-template-columns: 1fr 400px; } madang-chat { height: calc(100dvh - 100px); } }
`;
const pages = new Map<string, string>();
/** The shop's page with this in it, from the origin that is listed or from another one. */
async function open(
  body: string,
  { styles = "/shop.css", ...face }: Face & { from?: "127.0.0.1" | "localhost"; styles?: string } = {},
): Promise<Page> {
  const path = `/${pages.size}`;
  const head = `<title>Shop</title><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="${styles}">
    <link rel="icon" href="data:,"><script type="module" src="http://${madang}/embed/madang-chat.js"></script>`;
  pages.set(path, `<!doctype html><html lang="en"><head>${head}</head><body><main>${body}</main></body></html>`);
  // The shop has no icon, and says so by its policy.
  const page = await browser.page({ ...face, allows: [/policy: img-src|data:,/, ...(face.allows ?? [])] });
  await page.goto(`http://${face.from ?? "127.0.0.1"}:${(shop.address() as AddressInfo).port}${path}`);
  return page;
}
const composer = (page: Page, nth = 0) => page.locator("madang-chat").nth(nth).locator("textarea");
const rows = (page: Page, nth = 0) => page.locator("madang-chat").nth(nth).locator(".chat-row");
const ready = (page: Page, nth = 0) =>
  page.locator("madang-chat").nth(nth).locator(".chat-banner-place:empty").waitFor({ state: "attached" });
/** What the page hears from its chats from now on. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const heard: [string, object][] = [];
    Object.assign(window, { heard });
    for (const type of ["madang-state", "madang-message"]) {
      document.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
    }
  });
const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: [string, { [key: string]: unknown }][] }).heard);

describe("<madang-chat> on a page of another origin under a strict policy", () => {
  test("is one file of a size that is told, which other sites can take, and nothing else", async () => {
    const script = await fetch(`http://${madang}/embed/madang-chat.js`);
    expect(script.headers.get("access-control-allow-origin")).toBe("*");
    expect(script.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(script.headers.get("content-type")).toMatch(/javascript/);
    expect(gzipSync(await script.text()).length, "docs/embed.md says how large it is").toBeLessThanOrEqual(140 * 1024);
    const page = await fetch(`http://${madang}/live`);
    expect(page.headers.get("access-control-allow-origin")).toBeNull();
    expect(page.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  });

  test("chats, tells its page, and asks the page for its token", async () => {
    const page = await open("");
    await listen(page);
    const token = await tokenOf("minji");
    await page.evaluate((token) => {
      const chat = document.createElement("madang-chat");
      chat.setAttribute("room", "live:embedded");
      Object.assign(chat, { getToken: async () => token });
      document.querySelector("main")?.append(chat);
    }, token);
    await ready(page);
    await composer(page).fill("from the shop");
    await composer(page).press("Enter");
    await rows(page).filter({ hasText: "from the shop" }).locator("time").waitFor({ state: "attached" });
    await eventually(async () => {
      expect(await heard(page)).toContainEqual(["madang-state", { room: "live:embedded", state: "live", user: "minji" }]);
      expect(await heard(page)).toContainEqual([
        "madang-message",
        expect.objectContaining({ offset: 1, user: "minji", mine: true, data: { text: "from the shop" } }),
      ]);
    });
  });

  test("joins anew when its room or its token changes, and leaves with its element", async () => {
    const page = await open(`<madang-chat room="live:one" token="${await tokenOf("minji")}"></madang-chat>`);
    await listen(page);
    await ready(page);
    const set = (name: string, value: string) =>
      page.evaluate(([name = "", value = ""]) => document.querySelector("madang-chat")?.setAttribute(name, value), [name, value]);
    const state = async () => (await heard(page)).findLast(([type]) => type === "madang-state")?.[1];
    await set("room", "live:two");
    await eventually(async () => expect(await state()).toEqual({ room: "live:two", state: "live", user: "minji" }));
    await set("token", await tokenOf("doyun"));
    await eventually(async () => expect(await state()).toEqual({ room: "live:two", state: "live", user: "doyun" }));
    const viewers = async (room: string) => {
      const { counters } = (await live.api("GET", `/rooms/${room}`)) as { counters?: { viewers: number } };
      return counters?.viewers;
    };
    await live.api("PUT", "/rooms/live:two", { title: "Two" });
    await eventually(async () => expect(await viewers("live:two")).toBe(1), { withinMs: 10_000 });
    await page.evaluate(() => document.querySelector("madang-chat")?.remove());
    await eventually(async () => expect(await viewers("live:two")).toBe(0), { withinMs: 10_000 });
  });

  test("two of them have a room and a language each, and are one visitor", async () => {
    const page = await open(
      `<madang-chat room="live:left" language="ko"></madang-chat><madang-chat room="live:right" language="ja"></madang-chat>`,
    );
    await ready(page, 0);
    await ready(page, 1);
    expect(await composer(page, 0).getAttribute("placeholder")).toBe("댓글을 입력하세요");
    expect(await composer(page, 1).getAttribute("placeholder")).toBe("コメントする");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
    for (const at of [0, 1]) {
      await composer(page, at).fill(`to ${at}`);
      await composer(page, at).press("Enter");
      await rows(page, at)
        .filter({ hasText: `to ${at}` })
        .locator("time")
        .waitFor({ state: "attached" });
      expect(await rows(page, at).count()).toBe(1);
    }
    const authors = await Promise.all(["live:left", "live:right"].map(authorIn));
    expect(new Set(authors).size).toBe(1);
    // One goes, and the other stays in its room.
    await page.evaluate(() => document.querySelector("madang-chat")?.remove());
    await composer(page).fill("still here");
    await composer(page).press("Enter");
    await rows(page).filter({ hasText: "still here" }).locator("time").waitFor({ state: "attached" });
  });

  test("has the page's colours where the page gives them, and nothing else of its styles; its keys are its own", async () => {
    const page = await open(`<madang-chat class="green" room="live:themed" theme="light"></madang-chat>`);
    await ready(page);
    const send = page.locator("madang-chat .chat-send");
    const heading = await page.locator("madang-chat h2").evaluate((element) => {
      const { fontSize, letterSpacing, textTransform, colorScheme } = getComputedStyle(element);
      return { fontSize, letterSpacing, textTransform, colorScheme };
    });
    expect(heading).toEqual({ fontSize: "15px", letterSpacing: "normal", textTransform: "none", colorScheme: "light" });
    await composer(page).fill("x");
    expect(await send.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe("rgb(31, 107, 58)");
    await page.evaluate(() => {
      const keys: string[] = [];
      Object.assign(window, { keys });
      document.addEventListener("keydown", ({ key }) => keys.push(key));
    });
    await composer(page).press("k");
    await composer(page).press("Escape");
    expect(await page.evaluate(() => (window as unknown as { keys: string[] }).keys)).toEqual(["Escape"]);
  });

  test("shows what others write as text", async () => {
    const page = await open(`<madang-chat room="live:payloads"></madang-chat>`);
    page.on("dialog", (dialog) => {
      throw new Error(`a dialog: ${dialog.message()}`);
    });
    await ready(page);
    for (const [at, payload] of payloads.slice(0, 12).entries()) {
      const client = await connected(live.site.socketUrl, { user: "mallory", claims: { info: { name: payload } } });
      await client.rpc("send", { channel: "live:payloads", id: `p${at}`, data: { text: payload } });
      client.disconnect();
      const row = page.locator(`madang-chat .chat-row[aria-posinset="${at + 1}"]`);
      expect(await row.locator(".chat-text").textContent()).toBe(payload);
      expect(await row.locator("bdi").textContent()).toBe(payload);
    }
    expect(await page.evaluate("typeof ran")).toBe("undefined");
  });

  test("[C18] on a page that is not listed nobody gets in", async () => {
    const page = await open(`<madang-chat room="live:embedded" token="${await tokenOf("minji")}"></madang-chat>`, {
      from: "localhost",
      allows: [/WebSocket connection to .* failed: Error during WebSocket handshake: Unexpected response code: 403/],
    });
    const refused = page.waitForEvent("websocket").then((socket) => socket.waitForEvent("socketerror"));
    expect(await refused).toContain("403");
    await page.getByText("Connecting").waitFor();
    expect(await rows(page).count()).toBe(0);
  });

  test("says what the page has forgotten", async () => {
    const page = await open(`<madang-chat></madang-chat><madang-chat room="live:a" url="javascript:ran=1"></madang-chat>`);
    await page.getByText("This chat has no room yet.").waitFor();
    await page.getByText("This chat has no address.").waitFor();
  });

  // All four when they are asked for.
  const looks = [
    ["phone", "light"],
    ["desktop", "dark"],
    ["phone", "dark"],
    ["desktop", "light"],
  ] as const;
  test.each(process.env.MADANG_SCREENSHOTS === "on" ? looks : looks.slice(0, 1))(
    "looks well on a %s in %s",
    async (size, scheme) => {
      if (size === "phone" && scheme === "light") await live.fill();
      const chat = `<madang-chat room="${live.room}" language="ko"></madang-chat>`;
      const body = `<h1>공방에서 만나는 그릇 이야기</h1><div class="shop"><div class="pot"></div>${chat}</div>`;
      const page = await open(body, { size, scheme, styles: "/kind.css" });
      await rows(page).last().waitFor();
      const bottoms = await page.evaluate(() => {
        const chat = document.querySelector("madang-chat");
        const footer = chat?.shadowRoot?.querySelector("footer");
        return [footer, chat].map((element) => Math.ceil(element?.getBoundingClientRect().bottom ?? 0));
      });
      expect(bottoms[0]).toBeLessThanOrEqual(bottoms[1] ?? 0);
      await page.getByText("앵콜! 앵콜! 앵콜!").waitFor();
      if (size === "phone" && scheme === "light") await expectAccessible(page);
      await screenshot(page, "embed");
    },
  );
});

async function authorIn(room: string): Promise<string | undefined> {
  const { result } = (await live.api("POST", "/history", { channel: room, limit: 10 })) as {
    result?: { publications: { info?: { user: string } }[] };
  };
  return result?.publications[0]?.info?.user;
}
