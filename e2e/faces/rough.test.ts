// What an angry user, a hostile one and a bad network do to the live page: it stays whole, and says what is true.
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNoSidewaysScroll, openBrowser } from "../support/browser.ts";
import { connected } from "../support/viewer.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast();
});
afterAll(() => live?.[Symbol.asyncDispose]());

let rooms = 0;
async function newRoom(settings?: object): Promise<string> {
  const room = `live:rough-${++rooms}`;
  await live.api("PUT", `/rooms/${room}`, { title: "방", ...(settings === undefined ? {} : { settings }) });
  return room;
}
async function say(room: string, name: unknown, data: object): Promise<void> {
  const client = await connected(live.site.socketUrl, { user: "mallory", claims: { info: { name } } });
  await client.rpc("send", { channel: room, id: crypto.randomUUID(), data });
  client.disconnect();
}
const open = async (room: string, options: Parameters<typeof browser.page>[0] = {}): Promise<Page> => {
  const page = await browser.page(options);
  await page.goto(live.page({ room, token: await tokenOf("minji") }));
  await composer(page).waitFor();
  await page.locator(".chat-banner-place:empty").waitFor({ state: "attached" });
  return page;
};
const composer = (page: Page) => page.locator(".chat-composer textarea");
const rows = (page: Page) => page.locator(".chat-row");
const focused = (page: Page, selector: string) =>
  eventually(async () => expect(await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)).toBe(true));

describe("what others write", { timeout: 60_000 }, () => {
  test("does not push everything else out of sight, whatever it is made of; one may read all of it", async () => {
    const room = await newRoom();
    const page = await open(room, { size: "narrow" });
    const hostile: [name: unknown, data: object][] = [
      ["kim", { text: `${"a\n".repeat(400)}the end` }],
      ["kim", { text: "w".repeat(3_000) }],
      ["kim", { x: "w".repeat(7_000) }],
      ["kim", { text: 5 }],
      ["n".repeat(1_000), { text: "a long name" }],
      ["\u200b ", { text: "no name" }],
      [`Z${"\u0301".repeat(200)}`, { text: `Z${"\u0301".repeat(500)}` }],
      ["\u202elive", { text: "\u202e\u2067right to left \u05d0\u05d1" }],
      ["kim", { text: "👨‍👩‍👧".repeat(200) }],
    ];
    for (const [name, data] of hostile) {
      const before = await rows(page).count();
      await say(room, name, data);
      await eventually(async () => expect(await rows(page).count()).toBeGreaterThan(before === 0 ? 0 : 1));
    }
    await rows(page).filter({ hasText: "👨‍👩‍👧" }).waitFor();
    await expectNoSidewaysScroll(page);
    expect(await rows(page).filter({ hasText: "no name" }).locator(".chat-name").textContent()).toBe("mallory");
    const heights = await rows(page).evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
    expect(Math.max(...heights)).toBeLessThan(330);

    const long = rows(page).filter({ hasText: "the end" });
    await page.locator(".chat-scroller").focus();
    await page.keyboard.press("Home");
    await long.getByRole("button", { name: "Show all of it" }).click();
    await eventually(async () => expect((await long.boundingBox())?.height).toBeGreaterThan(2_000));
    await focused(page, ".chat-row");
  });

  test("a room that starts at no time that can be shown is refused", async () => {
    const never = live.api("PUT", "/rooms/live:never", { title: "Never", startsAt: Number.MAX_SAFE_INTEGER });
    await expect(never).rejects.toThrow("400");
  });
});

describe("one's own", { timeout: 60_000 }, () => {
  test("hearts are in the total from the tap on: it never goes back", async () => {
    const page = await open(await newRoom());
    await page.evaluate(`{
      const count = document.querySelector(".chat-heart-count");
      window.totals = [];
      new MutationObserver(() => totals.push(Number(count.firstChild.textContent)))
        .observe(count, { subtree: true, childList: true, characterData: true });
    }`);
    const heart = page.getByRole("button", { name: "Send a heart" });
    for (let taps = 0; taps < 8; taps++) {
      await heart.click();
      await page.waitForTimeout(250);
    }
    // All are counted, and told.
    const { hearts } = await eventually(async () => {
      const { counters } = (await live.api("GET", `/rooms/live:rough-${rooms}`)) as {
        counters: { hearts: Record<string, number> };
      };
      expect(counters.hearts["❤️"]).toBeGreaterThanOrEqual(8);
      return counters;
    });
    const total = hearts["❤️"] ?? 0;
    await page.getByRole("button", { name: `${total} . Other reactions` }).waitFor();
    const totals = (await page.evaluate("totals")) as number[];
    expect(totals).toEqual([...totals].sort((one, other) => one - other));
    expect(totals.at(-1)).toBe(total);
  });

  test("draft is there again after one has changed another comment, or has not", async () => {
    const page = await open(await newRoom());
    await composer(page).fill("first");
    await composer(page).press("Enter");
    const mine = rows(page).filter({ hasText: "first" });
    await mine.locator("time").waitFor({ state: "attached" });
    await composer(page).fill("half a thought");
    const edit = async () => {
      await mine.getByRole("button", { name: /What you can do/ }).click({ force: true });
      await page.getByRole("menuitem", { name: "Edit" }).click();
      await page.getByText("You are changing your comment").waitFor();
    };
    await edit();
    await composer(page).press("Escape");
    await eventually(async () => expect(await composer(page).inputValue()).toBe("half a thought"));
    await edit();
    await composer(page).fill("first, changed");
    await composer(page).press("Enter");
    await mine.getByText("edited").waitFor();
    await eventually(async () => expect(await composer(page).inputValue()).toBe("half a thought"));
  });

  test("focus is not lost where a refused comment is discarded, nor where nobody may speak for a while", async () => {
    const room = await newRoom({ links: false });
    const page = await open(room);
    await composer(page).fill("https://example.com/");
    await composer(page).press("Enter");
    await page.getByRole("button", { name: "Discard" }).press("Enter");
    await eventually(async () => expect(await rows(page).filter({ hasText: "example.com" }).count()).toBe(0));
    await focused(page, "[role=feed]");

    await composer(page).fill("kept");
    const freeze = (frozen: boolean) => live.api("PUT", `/rooms/${room}`, { settings: { frozen } });
    await freeze(true);
    await focused(page, ".chat-closed");
    await freeze(false);
    await focused(page, "textarea");
    expect(await composer(page).inputValue()).toBe("kept");
  });

  test("token that expires while one watches is said to be what it is", async () => {
    const page = await browser.page();
    const exp = Math.floor(Date.now() / 1_000) + 3;
    await page.goto(live.page({ token: await tokenOf("minji", { exp }) }));
    await page.getByText("Your ticket was not accepted").waitFor({ timeout: 30_000 });
  });
});
