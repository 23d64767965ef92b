// The live page of a viewer and of a moderator, in a real browser on the whole system.
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast({ title: "가을밤 작은 콘서트" });
});
afterAll(() => live?.[Symbol.asyncDispose]());

/** A room of its own for each test. */
let rooms = 0;
async function newRoom(settings?: object): Promise<string> {
  const room = `live:room-${++rooms}`;
  await live.api("PUT", `/rooms/${room}`, { title: "방", ...(settings === undefined ? {} : { settings }) });
  return room;
}

const open = async (room: string, user: string, claims: object = {}, language: "en" | "ko" = "en"): Promise<Page> => {
  const page = await browser.page({ language });
  await page.goto(live.page({ room, token: await tokenOf(user, claims) }));
  await composer(page).waitFor();
  await page.locator(".chat-banner-place:empty").waitFor({ state: "attached" });
  return page;
};
const composer = (page: Page) => page.locator(".chat-composer textarea");
const rows = (page: Page) => page.locator(".chat-row");
const row = (page: Page, text: string) => rows(page).filter({ hasText: text });
async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

describe("a viewer", () => {
  test("says something, sees it at once and once, and others see it", async () => {
    const room = await newRoom();
    const [me, other] = [await open(room, "minji"), await open(room, "doyun")];
    await write(me, "안녕하세요, 부산에서 보고 있어요");
    await row(other, "부산에서").waitFor();
    await row(me, "부산에서").locator("time").waitFor({ state: "attached" });
    expect(await row(me, "부산에서").count()).toBe(1);
    expect(await composer(me).inputValue()).toBe("");
    expect(await row(me, "부산에서").locator(".chat-you").count()).toBe(1);
    expect(await row(other, "부산에서").locator(".chat-you").count()).toBe(0);
  });

  test("composes a syllable with Enter, and sends with the next one", async () => {
    const room = await newRoom();
    const page = await open(room, "minji", {}, "ko");
    await composer(page).fill("한글");
    const enter = (isComposing: boolean) =>
      composer(page).evaluate((field, isComposing) => {
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, isComposing }));
      }, isComposing);
    await enter(true);
    expect(await composer(page).inputValue()).toBe("한글");
    await enter(false);
    await row(page, "한글").waitFor();
    expect(await composer(page).inputValue()).toBe("");
  });

  test("is told why the room declined a comment, and may send it again or discard it", async () => {
    const room = await newRoom({ links: false });
    const page = await open(room, "minji");
    await write(page, "look: https://example.com/");
    await row(page, "Links are not allowed here.").waitFor();
    await live.api("PUT", `/rooms/${room}`, { settings: { links: true } });
    await eventually(async () => {
      await row(page, "Links are not allowed here.").getByRole("button", { name: "Send again" }).click({ timeout: 500 });
      await row(page, "https://example.com/").locator("time").waitFor({ state: "attached", timeout: 1_000 });
    });
    expect(await row(page, "Links are not allowed here.").count()).toBe(0);

    await live.api("PUT", `/rooms/${room}`, { settings: { links: false } });
    await page.getByText("Links are not allowed from now on").waitFor();
    await eventually(async () => {
      await write(page, "and: https://example.org/");
      await row(page, "Links are not allowed here.").first().waitFor({ timeout: 1_000 });
    });
    for (const button of await page.getByRole("button", { name: "Discard" }).all()) await button.click();
    await row(page, "Links are not allowed here.").waitFor({ state: "detached" });
  });

  test("waits in slow mode as long as the button says", async () => {
    const room = await newRoom({ slowModeMs: 3_000 });
    const page = await open(room, "minji");
    await page.getByText("Slow mode: one comment every 3s").waitFor();
    await write(page, "one");
    const button = page.locator(".chat-send");
    await page.getByRole("button", { name: /^Wait [123]s$/ }).waitFor();
    await composer(page).fill("two");
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    await composer(page).press("Enter");
    expect(await composer(page).inputValue()).toBe("two");
    await page.getByRole("button", { name: "Send", exact: true }).waitFor();
    await composer(page).press("Enter");
    await row(page, "two").locator("time").waitFor({ state: "attached" });
  });

  test("is told how long a comment may be, before it is too long", async () => {
    const page = await open(await newRoom(), "minji");
    await composer(page).fill("가".repeat(430));
    await page.getByText("70 left").waitFor();
    await composer(page).fill("가".repeat(501));
    await page.getByText("1 characters too many").waitFor();
    await composer(page).press("Enter");
    expect(await composer(page).inputValue()).toHaveLength(501);
  });

  test("reads why they cannot write once the broadcast has ended, and finds the replay", async () => {
    const room = await newRoom();
    const page = await open(room, "minji");
    await live.api("PUT", `/rooms/${room}`, { state: "ended" });
    await page.getByText("This broadcast has ended. You can still read.").waitFor();
    const link = page.getByRole("link", { name: "Watch it again with its comments" });
    expect(await link.getAttribute("href")).toBe(`./replay?room=${encodeURIComponent(room)}`);
    expect(await page.getByRole("button", { name: "Send a heart" }).isDisabled()).toBe(true);
  });

  test("sends hearts with the keyboard, and sees the total grow at once", async () => {
    const page = await open(await newRoom(), "minji");
    const heart = page.getByRole("button", { name: "Send a heart" });
    await heart.focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "3 . Other reactions" }).waitFor();
    // It is still three when the room has counted them.
    await eventually(async () => {
      const { counters } = (await live.api("GET", `/rooms/live:room-${rooms}`)) as { counters: { hearts: object } };
      expect(counters.hearts).toEqual({ "❤️": 3 });
    });
    await page.getByRole("button", { name: "3 . Other reactions" }).waitFor();
  });

  test("blocks somebody, sees nothing of them, and hears them again once they are unblocked", async () => {
    const room = await newRoom();
    const [me, other] = [await open(room, "minji"), await open(room, "troll")];
    await write(other, "first words");
    await row(me, "first words")
      .getByRole("button", { name: /What you can do/ })
      .click({ force: true });
    await me.getByRole("menuitem", { name: "Block troll" }).click();
    await row(me, "first words").waitFor({ state: "detached" });
    await me.getByRole("button", { name: "Chat settings" }).click();
    await me.getByRole("menuitem", { name: "Blocked people" }).click();
    await me.getByRole("button", { name: "Unblock troll" }).click();
    await me.getByText("You have blocked nobody.").waitFor();
    await me.keyboard.press("Escape");
    await write(other, "second words");
    await row(me, "second words").waitFor();
  });

  test("who is banned is told so, and what they can do", async () => {
    const room = await newRoom();
    const page = await open(room, "troll");
    await live.api("POST", `/rooms/${room}/actions`, { id: "ban", type: "ban", user: "troll" });
    await page.getByText("You cannot take part in this chat any more").waitFor();
    await page.getByText(/A moderator has banned you/).waitFor();
  });
});

describe("a moderator", () => {
  test("takes a comment away by keyboard alone, and it is gone for viewers", async () => {
    const room = await newRoom();
    const [staff, viewer] = [await open(room, "mod", { role: "moderator" }), await open(room, "minji")];
    await write(viewer, "words to be taken away");
    await row(staff, "words to be taken away").waitFor();
    await staff.getByRole("feed").focus();
    await staff.keyboard.press("ArrowUp");
    await staff.keyboard.press("Enter");
    await staff.getByRole("menuitem", { name: "Reply" }).waitFor();
    await staff.keyboard.press("End");
    await staff.keyboard.press("ArrowUp");
    await staff.keyboard.press("ArrowUp");
    expect(await staff.getByRole("menuitem", { name: "Delete" }).evaluate((item) => item.matches(":focus"))).toBe(true);
    await staff.keyboard.press("Enter");
    await row(viewer, "This comment was taken away").waitFor();
    expect(await row(viewer, "words to be taken away").count()).toBe(0);
    await row(staff, "This comment was taken away").waitFor();
    // The focus is where it was, and not lost.
    expect(await staff.evaluate(() => document.activeElement?.closest(".chat-row") !== null)).toBe(true);
  });

  test("pins a comment, and everybody has it at the top", async () => {
    const room = await newRoom();
    const [staff, viewer] = [await open(room, "mod", { role: "moderator" }), await open(room, "minji")];
    await write(viewer, "신청곡은 댓글로");
    await row(staff, "신청곡은 댓글로")
      .getByRole("button", { name: /What you can do/ })
      .click({ force: true });
    await staff.getByRole("menuitem", { name: "Pin" }).click();
    await viewer.getByRole("region", { name: "Pinned" }).getByText("신청곡은 댓글로").waitFor();
    await staff.getByRole("button", { name: "Unpin" }).click();
    await viewer.getByRole("region", { name: "Pinned" }).waitFor({ state: "detached" });
  });
});
