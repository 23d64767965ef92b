// The first page: the demo that plays while somebody is there, and a room of one's own.
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openBrowser, screenshot } from "../support/browser.ts";
import { type Site, secrets, startAllInOne, temporaryFolder } from "../support/processes.ts";
import { tokenFor, viewer } from "../support/viewer.ts";

const browser = openBrowser();
const data = temporaryFolder();
let site: Site;
beforeAll(async () => {
  site = await startAllInOne(data.path);
});
afterAll(async () => {
  await site?.stop();
  data[Symbol.dispose]();
});
const at = (path: string) => `http://${site.authority}${path}`;

/** How much has happened in the demo's room. */
async function position(): Promise<number> {
  const response = await fetch(at("/api/history"), {
    method: "POST",
    headers: { "x-api-key": secrets.MADANG_API_KEY },
    body: JSON.stringify({ channel: "live:demo", limit: 0 }),
  });
  return (await response.json()).result.offset;
}

const messages = (page: Page) => page.locator(".chat-message");

test("the demo writes nothing before somebody is there; it comes alive then, and answers; and is silent when they are gone", async () => {
  expect(await position()).toBe(0);
  const page = await browser.page();
  await page.goto(at("/"));
  await messages(page).nth(9).waitFor({ timeout: 20_000 });
  await page.getByText("Bots chat here while you watch").waitFor();
  // Beside them: what people are told, and not what they see.
  using kim = await viewer(site.socketUrl, "live:demo");
  const bots = () => kim.seen.filter(({ tags, info }) => tags.type === "posted" && info?.user.startsWith("demo-") === true);
  await eventually(() => expect(new Set(bots().map(({ info }) => info?.user)).size).toBeGreaterThan(2), { withinMs: 10_000 });
  expect(bots().every(({ info }) => typeof info?.connInfo?.name === "string")).toBe(true);
  await page.getByRole("textbox", { name: /comment/i }).fill("hello, courtyard");
  await page.keyboard.press("Enter");
  const welcome = /어서 오세요|We are bots|ようこそ|자리는 많아요|Try the hearts/;
  await eventually(
    () =>
      expect(
        bots()
          .map(({ data }) => data.text)
          .join(),
      ).toMatch(welcome),
    { withinMs: 10_000 },
  );

  kim[Symbol.dispose]();
  await page.goto("about:blank");
  let last = -1;
  await eventually(
    async () => {
      const former = last;
      last = await position();
      expect(last).toBe(former);
    },
    { withinMs: 20_000, everyMs: 2_500 },
  );
}, 60_000);

test("[N7] a visitor starts a room of their own by its title alone, and is its owner on the live page", async () => {
  const page = await browser.page({ size: "phone" });
  await page.goto(at("/"));
  await page.getByLabel("What is it about?").fill("Songs <b>& tea</b>");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "“Songs <b>& tea</b>” is open" }).waitFor();
  await expectNoSidewaysScroll(page);
  const toConsole = await page.getByRole("link", { name: "Open its console" }).getAttribute("href");
  await page.getByRole("link", { name: "Go to the room" }).click();
  await page.waitForURL(/\/live\?room=live%3Asongs-b-tea-b-[a-z2-7]{12}$/);
  await page.getByRole("heading", { name: "Songs <b>& tea</b>" }).waitFor();
  // Only staff is shown the way there.
  const room = new URL(page.url()).searchParams.get("room") ?? "";
  await page.locator(`a[href="${toConsole}"]`).waitFor();
  expect(toConsole).toBe(`./console?room=${encodeURIComponent(room)}`);
});

test("a room that one has started is on the first page the next time, with a link for others to copy", async () => {
  const page = await browser.page({ size: "narrow" });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(at("/"));
  await page.getByLabel("What is it about?").fill("Evening tea");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Copy the link to “Evening tea”" }).waitFor();
  await page.reload();
  const link = page.getByRole("link", { name: "Evening tea" });
  await link.waitFor();
  await page.getByRole("button", { name: "Copy the link to “Evening tea”" }).click();
  await page.getByText("Link copied").waitFor();
  const copied = await page.evaluate<string>("navigator.clipboard.readText()");
  expect(copied).toMatch(/^http:.*\/live\?room=live%3Aevening-tea-[a-z2-7]{12}$/);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await screenshot(page, "home-own-rooms");
  await link.click();
  await page.waitForURL(copied);
  await page.getByRole("button", { name: "Share this room" }).click();
  await page.getByText("Link copied").waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(copied);
  await expectNoSidewaysScroll(page);
  await screenshot(page, "live-share");
});

test("the first page speaks three languages, and keeps the chosen one", async () => {
  const page = await browser.page({ language: "ja" });
  await page.goto(at("/"));
  await page.getByRole("heading", { name: "舞台と観客が出会う庭。" }).waitFor();
  await page.getByLabel("Language").selectOption("ko");
  await page.getByRole("heading", { name: "무대와 관객이 만나는 마당." }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("ko");
  const another = await browser.page({ beside: page });
  await another.goto(at("/live?room=live:demo"));
  expect(await another.evaluate(() => document.documentElement.lang)).toBe("ko");
});

test("the first page looks well on a phone and on a desk, by day and by night, and is accessible", async () => {
  for (const size of ["desktop", "phone"] as const) {
    for (const scheme of ["light", "dark"] as const) {
      const page = await browser.page({ size, scheme, language: size === "phone" ? "ko" : "en" });
      await page.goto(at("/"));
      await messages(page).nth(9).waitFor({ timeout: 20_000 });
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await screenshot(page, "home");
    }
  }
}, 90_000);

test("the first page of a site that lets in nobody without a token says so, and offers nothing that it cannot do", async () => {
  using folder = temporaryFolder();
  await using closed = await startAllInOne(folder.path, { MADANG_ANONYMOUS: "off" });
  const page = await browser.page({ size: "narrow" });
  await page.goto(`http://${closed.authority}/`);
  await page.getByText("Only people with a token come in here.").waitFor();
  expect(await page.getByRole("textbox").count()).toBe(0);
  expect(await page.getByRole("main").getByRole("link").count()).toBe(0);
  await expectAccessible(page);
  const token = await tokenFor("kim", { info: { name: "kim" } });
  await page.goto(`http://${closed.authority}/#token=${token}`);
  await page.getByLabel("What is it about?").waitFor();
  expect(page.url()).toBe(`http://${closed.authority}/`);
  // It asks for its icon when it has nothing else to do: not of a site that is gone.
  await page.close();
});

test("where the demo has played before, and is off now, the first page does not say that bots chat; its opening is said once", async () => {
  using folder = temporaryFolder();
  const opening = /오신 걸 환영합니다/;
  for (const demo of ["on", "on", "off"]) {
    await using one = await startAllInOne(folder.path, { MADANG_DEMO: demo });
    const page = await browser.page({ allows: [/WebSocket|ERR_CONNECTION/] });
    await page.goto(`http://${one.authority}/`);
    await messages(page).nth(4).waitFor({ timeout: 20_000 });
    if (demo === "on") await page.getByText("Bots chat here while you watch").waitFor();
    else {
      expect(await page.getByText("Say something.", { exact: false }).count()).toBe(1);
      expect(await page.getByText("Bots chat here").count()).toBe(0);
    }
    expect(await page.locator(".chat-message .chat-text").filter({ hasText: opening }).count()).toBe(1);
    await page.goto("about:blank");
  }
}, 60_000);
