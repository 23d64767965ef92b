// The live page as it looks, in words that people would really write: made for docs/screenshots, and looked at by people.
import { afterAll, beforeAll, describe, test } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openBrowser, screenshot } from "../support/browser.ts";
import { type Broadcast, broadcast } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast({ title: "가을밤 작은 콘서트 — 김밴드 라이브" });
});
afterAll(() => live?.[Symbol.asyncDispose]());

describe("the live page", () => {
  test("looks well on a phone and on a desk, by day and by night, and is accessible", async () => {
    await live.fill();
    for (const size of ["phone", "desktop"] as const) {
      for (const scheme of ["light", "dark"] as const) {
        const page = await browser.page({ size, scheme, language: "ko" });
        await page.goto(live.page());
        await page.getByText("앵콜! 앵콜! 앵콜!").waitFor();
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        await screenshot(page, "live");
      }
    }
  });
});
