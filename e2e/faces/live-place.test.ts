// The list of comments keeps the reader's place, whatever comes, and bears a flood.
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";
import { flood } from "./flood.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast();
});
afterAll(() => live?.[Symbol.asyncDispose]());

const newer = (page: Page) => page.getByRole("button", { name: "Go to the newest comments" });

/** The first comment that is wholly in sight, and how far below the top it is, px. */
const place = (page: Page) =>
  page.locator(".chat-scroller").evaluate((scroller) => {
    const top = scroller.getBoundingClientRect().top;
    const rows = [...scroller.querySelectorAll(".chat-row")].filter((row) => row.getBoundingClientRect().top >= top);
    const first = rows.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0];
    return {
      text: first?.querySelector(".chat-text")?.textContent,
      px: Math.round((first?.getBoundingClientRect().top ?? 0) - top),
    };
  });
const scrollBy = async (page: Page, px: number) => {
  await page.locator(".chat-scroller").hover();
  await page.mouse.wheel(0, px);
};

describe("the list", { timeout: 60_000 }, () => {
  test("keeps the place of who has scrolled up, while new ones come, older ones are read, and gone ones shrink", async () => {
    for (let at = 1; at <= 115; at++) await live.say("doyun", `line ${at} ${"마당 ".repeat(at % 23)}`);
    const page = await browser.page();
    await page.goto(live.page({ token: await tokenOf("minji") }));
    await page.getByText(/^line 115 /).waitFor();
    await scrollBy(page, -900);
    await newer(page).waitFor();
    const before = await settled(page);
    for (let at = 1; at <= 25; at++) await live.say("doyun", `new ${at} ${"댓글 ".repeat(at)}`);
    await page.getByText("25 new").waitFor();
    expect(await place(page)).toEqual(before);

    // Up to where an older page is read, and put before what is in sight: that goes down by as much as one scrolls, and no further.
    await page.locator(".chat-scroller").evaluate((scroller) => scroller.scrollTo(0, 1_000));
    const end = page.getByText("This is where the chat begins");
    for (let steps = 0; steps < 40 && (await end.count()) === 0; steps++) {
      const { text = "", px } = await settled(page);
      await scrollBy(page, -250);
      const moved = await settledAt(page, text);
      expect(moved - px, text).toBe(250);
    }
    expect(await end.count()).toBe(1);
    await page.locator(".chat-scroller").evaluate((scroller) => scroller.scrollTo(0, 1_200));
    const further = await settled(page);
    await live.say("doyun", "one more");
    await page.getByText("26 new").waitFor();
    expect(await place(page)).toEqual(further);

    await newer(page).click();
    await page.getByText("one more").waitFor();
    await newer(page).waitFor({ state: "detached" });
    await live.say("doyun", "and the last");
    await page.getByText("and the last").waitFor();
  });

  // A minute of it in `npm run test:long`.
  const seconds = Number(process.env.MADANG_FLOOD_SECONDS || "5");

  test(
    `bears ${seconds} s of 60 comments a second: all are shown, no task is long, and who has scrolled up keeps their place`,
    async () => {
      for (let at = 1; at <= 40; at++) await live.say("doyun", `before the flood ${at}`);
      const [page, reader] = [await browser.page(), await browser.page()];
      for (const one of [page, reader]) {
        await one.goto(live.page({ token: await tokenOf("suah") }));
        await one.getByText("before the flood 40").waitFor();
      }
      await scrollBy(reader, -600);
      await newer(reader).waitFor();
      const before = await settled(reader);
      const seen = await flood({ page, live, seconds, perS: 60 });
      await reader.getByText(`${(seconds * 60).toLocaleString("en")} new`).waitFor();
      expect(await place(reader)).toEqual(before);
      expect(seen.rows).toBeLessThan(60);
      expect(seen.longestTaskMs).toBeLessThanOrEqual(100);
      // Only after more than the 1,000 that a page keeps.
      if (seconds >= 60) expect(seen.grownBytes).toBeLessThan(3 * 1024 * 1024);
    },
    60_000 + seconds * 1_000,
  );
});

/** How far below the top that comment is, once it is the same twice, px. */
async function settledAt(page: Page, text: string): Promise<number> {
  const pxOf = () =>
    page.locator(".chat-scroller").evaluate((scroller, text) => {
      const row = [...scroller.querySelectorAll(".chat-row")].find(
        (row) => row.querySelector(".chat-text")?.textContent === text,
      );
      return Math.round((row?.getBoundingClientRect().top ?? Number.NaN) - scroller.getBoundingClientRect().top);
    }, text);
  let last = Number.NaN;
  return eventually(async () => {
    const now = await pxOf();
    const same = now === last;
    last = now;
    if (!same) throw new Error("it moves");
    return now;
  });
}

/** The place, once it is the same twice. */
async function settled(page: Page): Promise<Awaited<ReturnType<typeof place>>> {
  let last = await place(page);
  return eventually(async () => {
    const now = await place(page);
    const same = now.px === last.px && now.text === last.text;
    last = now;
    if (!same) throw new Error("it moves");
    return now;
  });
}
