// The live page as it looks, in words that people would really write: made for docs/screenshots, and looked at by people.
import { afterAll, beforeAll, describe, test } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openBrowser, screenshot } from "../support/browser.ts";
import { type Broadcast, broadcast } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast({ title: "가을밤 작은 콘서트 — 김밴드 라이브" });
  await live.fill();
});
afterAll(() => live?.[Symbol.asyncDispose]());

describe("the live page", { timeout: 60_000 }, () => {
  test.each([
    { size: "phone", scheme: "light" },
    { size: "phone", scheme: "dark" },
    { size: "desktop", scheme: "light" },
    { size: "desktop", scheme: "dark" },
  ] as const)("is accessible and fits on a $size by $scheme", async ({ size, scheme }) => {
    const page = await browser.page({ size, scheme, language: "ko" });
    await page.goto(live.page());
    await page.getByText("앵콜! 앵콜! 앵콜!").waitFor();
    // The viewer themselves.
    await page.getByText("1명 시청 중").waitFor();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await screenshot(page, "live");
  });
});
