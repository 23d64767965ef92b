// Small things of the live page: what people are called, and that nothing hides what they say.
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectNoSidewaysScroll, openBrowser, screenshot } from "../support/browser.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast();
});
afterAll(() => live?.[Symbol.asyncDispose]());

test("[C7] a visitor has the same friendly name on all pages, in the reader's language", async () => {
  const visitor = await browser.page({ language: "ko" });
  await visitor.goto(live.page());
  const own = visitor.locator(".chat-composer textarea");
  await own.fill("첫 댓글");
  await own.press("Enter");
  const name = await visitor.locator(".chat-mine .chat-name bdi").textContent();
  expect(name).toMatch(/^손님 \w{4}$/);
  const [, id = ""] = name?.split(" ") ?? [];
  const reader = await browser.page();
  await reader.goto(live.page());
  await reader.getByText(`Guest ${id}`, { exact: true }).waitFor();
  await reader.goto(
    live
      .page()
      .replace("/live?", "/console?")
      .concat(`#token=${await tokenOf("jiwoo", { role: "moderator" })}`),
  );
  await reader.getByText(`Guest ${id}`, { exact: true }).first().waitFor();
});

test("[C17] moderators and owners are marked as such beside their own name", async () => {
  const page = await browser.page({ size: "narrow" });
  await page.goto(live.page({ token: await tokenOf("jiwoo", { role: "moderator" }) }));
  const own = page.getByRole("textbox", { name: /comment/i });
  await own.fill("Welcome");
  await own.press("Enter");
  await page.locator(".chat-you", { hasText: "you, a moderator" }).waitFor();
  await expectNoSidewaysScroll(page);
  await screenshot(page, "live-staff");
});

test("what shows up where one points at a comment covers none of the words around", async () => {
  const page = await browser.page();
  await page.goto(live.page());
  const texts = ["a line that is followed by others", "a comment whose one line goes on to the very end", "and a third"];
  for (const text of texts) await live.say("minji", text);
  for (let length = 20; length <= 44; length += 4) await live.say("minji", "말".repeat(length));
  const rows = page.locator(".chat-message");
  await rows.nth(9).waitFor();
  for (let at = 3; at < 9; at++) {
    const row = rows.nth(at);
    await row.hover();
    await row.locator("time").waitFor();
    const covered = await row.evaluate((row) => {
      const shown = [...row.querySelectorAll(".chat-aside time, .chat-aside button")].map((one) => one.getBoundingClientRect());
      const words = [...(row.closest(".chat-rows")?.querySelectorAll(".chat-name, .chat-text") ?? [])].flatMap((one) => [
        ...one.getClientRects(),
      ]);
      // A line's box is higher than its letters.
      const slack = 3;
      return words.filter(({ left, right, top, bottom }) =>
        shown.some((one) => one.left < right && one.right > left && one.top + slack < bottom && one.bottom - slack > top),
      ).length;
    });
    expect(covered, `row ${at}`).toBe(0);
  }
  await screenshot(page, "live-pointed");
});

test("a room without a title is called by its id, so that tabs are told apart", async () => {
  const page = await browser.page();
  await page.goto(live.page({ room: "live:untitled-7" }));
  await page.getByRole("heading", { name: "live:untitled-7" }).waitFor();
  await page.waitForFunction("document.title === 'live:untitled-7'");
});
