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
const menuOf = (page: Page, text: string) =>
  row(page, text)
    .getByRole("button", { name: /What you can do/ })
    .click({ force: true });
async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

describe("a viewer", { timeout: 60_000 }, () => {
  test("says something, sees it at once and once, and changes it; others see that as well", async () => {
    const room = await newRoom();
    const [me, other] = [await open(room, "minji"), await open(room, "doyun")];
    await write(me, "안녕하세여");
    expect(await composer(me).inputValue()).toBe("");
    await row(other, "안녕하세여").waitFor();
    await row(me, "안녕하세여").locator("time").waitFor({ state: "attached" });
    expect(await row(me, "안녕하세여").count()).toBe(1);
    expect(await row(me, "안녕하세여").locator(".chat-you").count()).toBe(1);
    expect(await row(other, "안녕하세여").locator(".chat-you").count()).toBe(0);

    await menuOf(me, "안녕하세여");
    await me.getByRole("menuitem", { name: "Edit" }).click();
    await me.getByText("You are changing your comment").waitFor();
    expect(await composer(me).inputValue()).toBe("안녕하세여");
    await write(me, "안녕하세요");
    await row(other, "안녕하세요").getByText("edited").waitFor();
    expect(await row(other, "안녕하세여").count()).toBe(0);
    await me.getByText("You are changing your comment").waitFor({ state: "detached" });
  });

  test("answers somebody, who sees them write and then that they are meant", async () => {
    const room = await newRoom();
    const [me, other] = [await open(room, "minji"), await open(room, "doyun")];
    await live.say("doyun", "어디서 보고 계세요?", { room });
    await row(me, "어디서").waitFor();
    await menuOf(me, "어디서");
    await me.getByRole("menuitem", { name: "Reply" }).click();
    await eventually(async () => expect(await composer(me).inputValue()).toBe("@doyun "));
    await composer(me).pressSequentially("부산이요");
    await other.getByText("minji is writing …").waitFor();
    await composer(me).press("Enter");
    await other.locator(".chat-mention", { hasText: "@doyun 부산이요" }).waitFor();
    expect(await me.locator(".chat-mention").count()).toBe(0);
  });

  test("composes a syllable with Enter and sends with the next one, but nothing that is too long", async () => {
    const page = await open(await newRoom(), "minji", {}, "ko");
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

    await composer(page).fill("가".repeat(430));
    await page.getByText("70자 남음").waitFor();
    await composer(page).fill("가".repeat(501));
    await page.getByText("1자 초과").waitFor();
    await composer(page).press("Enter");
    expect(await composer(page).inputValue()).toHaveLength(501);
  });

  test("sends hearts with the keyboard: the total grows at once, and for others they rise, unless they want no motion", async () => {
    const room = await newRoom();
    const [me, other, still] = [await open(room, "minji"), await open(room, "doyun"), await open(room, "suah")];
    await still.emulateMedia({ reducedMotion: "reduce" });
    await me.getByRole("button", { name: "Send a heart" }).focus();
    for (let press = 0; press < 9; press++) await me.keyboard.press("Enter");
    const total = (page: Page) => page.getByRole("button", { name: "9 . Other reactions" });
    await total(me).waitFor();
    const drawn = (page: Page) =>
      page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
        const { data = [] } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
        return data.some((part) => part !== 0);
      });
    await eventually(async () => expect(await drawn(other)).toBe(true));
    await Promise.all([total(other).waitFor(), total(still).waitFor()]);
    expect(await drawn(still)).toBe(false);
    // Once all are counted there are no more of them.
    await eventually(async () => {
      const { counters } = (await live.api("GET", `/rooms/${room}`)) as { counters: { hearts: object } };
      expect(counters.hearts).toEqual({ "❤️": 9 });
    });
    await total(me).waitFor();
  });

  test("blocks somebody, sees nothing of them, and hears them again once they are unblocked", async () => {
    const room = await newRoom();
    const page = await open(room, "minji");
    await live.say("troll", "first words", { room });
    await menuOf(page, "first words");
    await page.getByRole("menuitem", { name: "Block troll" }).click();
    await row(page, "first words").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Chat settings" }).click();
    await page.getByRole("menuitem", { name: "Blocked people" }).click();
    await page.getByRole("button", { name: "Unblock troll" }).click();
    await page.getByText("You have blocked nobody.").waitFor();
    await page.keyboard.press("Escape");
    await live.say("troll", "second words", { room });
    await row(page, "second words").waitFor();
  });

  test("is told how much of a flood was left out", async () => {
    const room = await newRoom({ samplePerS: 1 });
    const page = await open(room, "minji");
    await Promise.all(Array.from({ length: 12 }, (_, at) => live.say("doyun", `line ${at}`, { room })));
    await page
      .getByText(/^\d+ comments skipped$/)
      .first()
      .waitFor();
    expect(await row(page, "line").count()).toBeLessThan(12);
  });

  test("hears of new comments now and then, in one sentence, and not at all if they do not want to", async () => {
    const room = await newRoom();
    const page = await browser.page();
    await page.clock.install();
    await page.goto(live.page({ room, token: await tokenOf("minji") }));
    await composer(page).waitFor();
    const said = page.locator(".chat-panel > .chat-unseen[role=status]");
    const shows = (text: string) =>
      eventually(async () => {
        await page.clock.fastForward(20);
        expect(await row(page, text).count()).toBe(1);
      });
    await page.clock.fastForward(10_100);
    for (const text of ["one", "two", "three"]) await live.say("doyun", text, { room });
    await shows("three");
    expect(await said.textContent()).toBe("");
    await page.clock.fastForward(10_100);
    await eventually(async () => expect(await said.textContent()).toBe("3 new comments"));

    await page.getByRole("button", { name: "Chat settings" }).click();
    await page.getByRole("menuitem", { name: /Announce new comments/ }).click();
    await live.say("doyun", "four", { room });
    await shows("four");
    await page.clock.fastForward(20_200);
    expect(await said.textContent()).toBe("3 new comments");
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
    // The first one is of the room's beginning.
    await page.getByText("Links are not allowed from now on").nth(1).waitFor();
    await eventually(async () => {
      await write(page, "and: https://example.org/");
      await row(page, "Links are not allowed here.").first().waitFor({ timeout: 1_000 });
    });
    const discard = page.getByRole("button", { name: "Discard" });
    while ((await discard.count()) > 0) await discard.first().click();
    await row(page, "Links are not allowed here.").waitFor({ state: "detached" });
  });

  test("is told that a moderator looks at their comment first, and others see it once it is let through", async () => {
    const room = await newRoom();
    const [me, other] = [await open(room, "minji"), await open(room, "doyun")];
    await live.api("PUT", `/rooms/${room}/words`, { rules: [{ pattern: "비밀", match: "substring", action: "hold" }] });
    // A list holds within a second.
    await eventually(async () => {
      await write(me, "비밀 얘기");
      await me.getByText("A moderator looks at it first").first().waitFor({ timeout: 500 });
    });
    const { held } = (await live.api("GET", `/rooms/${room}/held`)) as { held: { offset: number }[] };
    const before = await row(other, "비밀 얘기").count();
    await live.api("POST", `/rooms/${room}/actions`, { id: "approve", type: "approve", offset: held[0]?.offset });
    await eventually(async () => expect(await row(other, "비밀 얘기").count()).toBe(before + 1));
    await me.getByText("A moderator looks at it first").waitFor({ state: "detached" });
  });

  test("waits in slow mode as long as the button says", async () => {
    const room = await newRoom({ slowModeMs: 2_000 });
    const page = await open(room, "minji");
    await page.getByText("Slow mode: one comment every 2s").waitFor();
    await write(page, "one");
    const button = page.locator(".chat-send");
    await page.getByRole("button", { name: /^Wait [12]s$/ }).waitFor();
    await composer(page).fill("two");
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    await composer(page).press("Enter");
    expect(await composer(page).inputValue()).toBe("two");
    await page.getByRole("button", { name: "Send", exact: true }).waitFor();
    await composer(page).press("Enter");
    await row(page, "two").locator("time").waitFor({ state: "attached" });
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

  test("who is banned is told so, and what they can do", async () => {
    const room = await newRoom();
    const page = await open(room, "troll");
    await live.api("POST", `/rooms/${room}/actions`, { id: "ban", type: "ban", user: "troll" });
    await page.getByText("You cannot take part in this chat any more").waitFor();
    await page.getByText(/A moderator has banned you/).waitFor();
  });
});

describe("a moderator", { timeout: 60_000 }, () => {
  test("takes a comment away by keyboard alone, and pins one: everybody has it so", async () => {
    const room = await newRoom();
    const [staff, viewer] = [await open(room, "mod", { role: "moderator" }), await open(room, "minji")];
    await live.say("doyun", "신청곡은 댓글로", { room });
    await live.say("doyun", "words to be taken away", { room });
    await row(staff, "words to be taken away").waitFor();
    await staff.getByRole("feed").focus();
    await staff.keyboard.press("ArrowUp");
    await staff.keyboard.press("Enter");
    await staff.getByRole("menuitem", { name: "Reply" }).waitFor();
    for (const key of ["End", "ArrowUp", "ArrowUp"]) await staff.keyboard.press(key);
    expect(await staff.getByRole("menuitem", { name: "Delete" }).evaluate((item) => item.matches(":focus"))).toBe(true);
    await staff.keyboard.press("Enter");
    await row(viewer, "This comment was taken away").waitFor();
    expect(await row(viewer, "words to be taken away").count()).toBe(0);
    await row(staff, "This comment was taken away").waitFor();
    // The focus is where it was, and not lost.
    expect(await staff.evaluate(() => document.activeElement?.closest(".chat-row") !== null)).toBe(true);

    await menuOf(staff, "신청곡은 댓글로");
    await staff.getByRole("menuitem", { name: "Pin" }).click();
    await viewer.getByRole("region", { name: "Pinned" }).getByText("신청곡은 댓글로").waitFor();
    await staff.getByRole("button", { name: "Unpin" }).click();
    await viewer.getByRole("region", { name: "Pinned" }).waitFor({ state: "detached" });
  });
});
