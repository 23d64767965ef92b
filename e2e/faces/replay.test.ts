// A broadcast that is over, once more on its page: the same as its audience saw it, wherever one seeks to.
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, type Face, openBrowser, screenshot } from "../support/browser.ts";
import { secrets } from "../support/processes.ts";
import { connected } from "../support/viewer.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";
import { payloads } from "./payloads.ts";

interface Line {
  at: number;
  publication?: { offset: number; data: { text?: string }; tags: { type: string } };
  hearts?: Record<string, number>;
}

const browser = openBrowser();
let live: Broadcast;
let lines: Line[] = [];
let comments: { at: number; text: string }[] = [];
let lengthMs = 0;
const payload = payloads[9];

beforeAll(async () => {
  live = await broadcast({}, { MADANG_ROOMS: "made" });
  const act = (id: string, fields: object) => live.api("POST", `/rooms/${live.room}/actions`, { id, ...fields });
  const hearts = await connected(live.site.socketUrl, { user: "hearts" });
  const offsets: number[] = [];
  const begun = Date.now();
  for (let n = 0; n < 24; n++) {
    // A broadcast takes its time: one comment in 250 ms.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + n * 250 - Date.now())));
    offsets.push(await live.say(people[n % people.length] ?? "", n === 20 ? payload : `${n}: ${words[n % words.length]}`));
    if (n % 4 === 0) await hearts.rpc("hearts", { channel: live.room, id: `h${n}`, count: n === 12 ? 30 : 2 });
    if (n === 8) await act("pin", { type: "pin", offset: offsets[5] });
    if (n === 18) await act("unpin", { type: "unpin", offset: offsets[5] });
    if (n === 6)
      await live.api("POST", `/rooms/${live.room}/gifts`, { id: "gift", user: "하늘바다", amount: 10_000, currency: "KRW" });
  }
  await act("delete", { type: "delete", offset: offsets[10] });
  await act("pin-2", { type: "pin", offset: offsets[22] });
  await act("ban", { type: "ban", user: "troll" });
  await live.api("PUT", `/rooms/${live.room}`, { state: "ended" });
  hearts.disconnect();
  // Once it is all in the store.
  lines = await eventually(
    async () => {
      const read = await replayOf(live.room);
      expect(read.findLast(({ hearts }) => hearts !== undefined)?.hearts).toEqual({ "❤️": 40 });
      const offsetsThere = read.flatMap(({ publication: one }) => (one?.tags.type === "posted" ? [one.offset] : []));
      expect(offsetsThere).toEqual(offsets.filter((_, n) => n !== 10));
      expect(read.filter(({ publication }) => publication?.tags.type === "pinned")).toHaveLength(2);
      return read;
    },
    { withinMs: 15_000 },
  );
  comments = lines.flatMap(({ at, publication }) =>
    publication?.tags.type === "posted" ? [{ at, text: publication.data.text ?? "" }] : [],
  );
});
afterAll(() => live?.[Symbol.asyncDispose]());

const people = ["김민지", "이도윤", "さくら", "Emma"];
const words = [
  "안녕하세요~ 부산에서 보고 있어요",
  "와 시작했다!! 오늘 진짜 기다렸어요",
  "日本からも見てます！こんばんは〜",
  "Sound is so clear tonight, greetings from Berlin",
  "목소리 너무 좋다 ㅠㅠ",
];

async function replayOf(room: string): Promise<Line[]> {
  const response = await fetch(`http://${live.site.authority}/api/rooms/${room}/replay`, {
    headers: { "x-api-key": secrets.MADANG_API_KEY },
  });
  const text = await response.text();
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
}

const address = (room: string, more = "") => `http://${live.site.authority}/replay?room=${encodeURIComponent(room)}${more}`;
async function open(face: Face = {}, more = ""): Promise<Page> {
  const page = await browser.page(face);
  await page.goto(address(live.room, more));
  await slider(page).waitFor();
  lengthMs = Number(await page.locator("main").getAttribute("data-length"));
  return page;
}
const slider = (page: Page) => page.getByRole("slider");
const rows = (page: Page) => page.locator(".chat-row");
const placeOf = async (page: Page) => Number(await slider(page).getAttribute("aria-valuenow"));

/** Jumps to a part of the broadcast by a click. @returns the time, ms */
async function clickAt(page: Page, part: number): Promise<number> {
  const box = await slider(page).boundingBox();
  if (box === null) throw new Error("no slider");
  const x = Math.round(box.width * part);
  await page.mouse.click(box.x + x, box.y + box.height / 2);
  return (x / box.width) * lengthMs;
}

/** How many comments and gifts the list has, and what the newest says. */
async function expectList(page: Page, shown: readonly { text?: string }[]): Promise<void> {
  await eventually(async () => {
    if (shown.length === 0) return expect(await rows(page).count()).toBe(0);
    expect(await rows(page).last().getAttribute("aria-setsize")).toBe(String(shown.length));
    expect(await rows(page).last().textContent()).toContain(shown.at(-1)?.text);
  });
}
const shownAt = (ms: number) =>
  lines.flatMap(({ at, publication }) => {
    if (at > ms) return [];
    if (publication?.tags.type === "posted") return [{ text: publication.data.text ?? "" }];
    return publication?.tags.type === "gifted" ? [{ text: "₩10,000" }] : [];
  });

describe("the replay page", () => {
  test("[H8] shows at its end what was said, save what was taken away, as text", async () => {
    const page = await open();
    await page.keyboard.press("End");
    await expectList(page, shownAt(lengthMs));
    const read = new Set<string>();
    const collect = async () => {
      for (const text of await page.locator(".chat-row .chat-text").allTextContents()) read.add(text);
    };
    await collect();
    await page.getByRole("feed").focus();
    await page.keyboard.press("Home");
    await rows(page).filter({ hasText: "0: " }).first().waitFor();
    await collect();
    expect([...read].sort()).toEqual(comments.map(({ text }) => text).sort());
    expect([...read].some((text) => text.startsWith("10: "))).toBe(false);
    expect(read).toContain(payload);
    expect(await page.evaluate("typeof ran")).toBe("undefined");
    await page.getByRole("region", { name: "Pinned" }).getByText("22: ").waitFor();
  });

  test("[H8] a seek to any time shows what had come by then, and pins as they stood", async () => {
    const page = await open();
    for (const part of [0.9, 0.2, 0.55, 0.03, 0.7]) {
      // Between two comments, so that a pixel makes no difference.
      const wanted = part * lengthMs;
      const next = comments.findIndex(({ at }) => at > wanted);
      const [before, after] = [comments[next - 1]?.at ?? 0, comments[next]?.at ?? lengthMs];
      const at = await clickAt(page, (before + after) / 2 / lengthMs);
      await expectList(page, shownAt(at));
    }
    // What was at the top, too.
    const pin = lines.filter(({ publication }) => publication?.tags.type === "pinned")[0]?.at ?? 0;
    const unpin = lines.filter(({ publication }) => publication?.tags.type === "unpinned")[0]?.at ?? 0;
    const pinned = page.getByRole("region", { name: "Pinned" });
    await clickAt(page, (pin + unpin) / 2 / lengthMs);
    await pinned.getByText("5: ").waitFor();
    await clickAt(page, pin / 2 / lengthMs);
    await pinned.waitFor({ state: "detached" });
    await clickAt(page, (unpin + 150) / lengthMs);
    await expectList(page, shownAt(unpin + 150));
    expect(await pinned.count()).toBe(0);
  });

  test("[H8] has a graph of all hearts, with marks for the gift and the pins", async () => {
    const page = await open({ size: "narrow" });
    await page.locator(".replay-mark-gift").waitFor();
    expect(await page.locator(".replay-mark-gift").count()).toBe(1);
    expect(await page.locator(".replay-mark-pin").count()).toBeGreaterThanOrEqual(1);
    // Each is where it was, and not where the graph's stretch is.
    await page.locator(".replay-mark-about").first().waitFor({ state: "detached" });
    for (const [kind, type] of [
      ["gift", "gifted"],
      ["pin", "pinned"],
    ] as const) {
      const wanted = lines.filter(({ publication }) => publication?.tags.type === type).map(({ at }) => (at / lengthMs) * 100);
      const styles = await page.locator(`.replay-mark-${kind}`).evaluateAll((marks) => marks.map((mark) => mark.style.left));
      const shown = styles.map((left) => Number.parseFloat(left));
      expect(shown.length).toBe(wanted.length);
      for (const [index, place] of wanted.entries()) expect(shown[index]).toBeCloseTo(place, 0);
    }
    await page.keyboard.press("End");
    await eventually(async () =>
      expect(await slider(page).getAttribute("aria-valuetext")).toMatch(/ of .*, (38|40) hearts by then$/),
    );
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });

  test("is played by keyboard: space, arrows, home and end anywhere, letters within the player", async () => {
    const page = await open();
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await eventually(async () => expect(await placeOf(page)).toBeGreaterThan(0));
    await eventually(async () => expect(await rows(page).count()).toBeGreaterThan(0));
    await page.keyboard.press(" ");
    await page.getByRole("button", { name: "Play", exact: true }).first().waitFor();
    await page.keyboard.press("Home");
    expect(await placeOf(page)).toBe(0);
    await page.keyboard.press("ArrowRight");
    expect(await placeOf(page)).toBe(5);
    await page.keyboard.press("ArrowLeft");
    expect(await placeOf(page)).toBe(0);
    await page.keyboard.press("l");
    expect(await placeOf(page)).toBe(0);
    await slider(page).focus();
    await page.keyboard.press("l");
    expect(await placeOf(page)).toBe(Math.round(lengthMs / 1_000));
    await page.keyboard.press("j");
    expect(await placeOf(page)).toBe(0);
    await page.keyboard.press("ArrowUp");
    expect(await placeOf(page)).toBe(5);
    await page.getByRole("combobox", { name: "Speed" }).selectOption("2");
    await slider(page).focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("k");
    await eventually(async () => expect(await placeOf(page)).toBe(Math.round(lengthMs / 1_000)), { withinMs: 15_000 });
    // It stands still at its end.
    await page.getByRole("button", { name: "Play", exact: true }).first().waitFor();
  });

  test("begins where its address says, and gives such an address", async () => {
    const page = await open({}, "&t=3s");
    await eventually(async () => expect(await placeOf(page)).toBe(3));
    await expectList(page, shownAt(3_000));
    await page.getByRole("button", { name: "Share this moment" }).click();
    const link = await page.getByRole("textbox", { name: "This link begins at this moment:" }).inputValue();
    expect(link).toBe(address(live.room, "&t=3s"));
    await page.context().grantPermissions(["clipboard-write", "clipboard-read"]);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("The link is copied").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  test("says so where there is no such room, nothing in it, or one is banned", async () => {
    await live.api("PUT", "/rooms/live:quiet", { title: "Quiet" });
    const page = await browser.page();
    await page.goto(address("live:quiet"));
    await page.getByText("Nothing was said here").waitFor();
    // It is still on.
    expect(await page.getByRole("link", { name: "Go to the live page" }).getAttribute("href")).toBe("./live?room=live%3Aquiet");
    await page.goto(address("live:nowhere"));
    await page.getByText("There is no such room").waitFor();
    await page.goto(`${address(live.room)}#token=${await tokenOf("troll")}`);
    await page.reload();
    await page.getByText("You cannot take part in this chat any more").waitFor();
    await expectAccessible(page);
  });

  test("says so while the past cannot be read, and reads it when one tries again", async () => {
    const page = await browser.page();
    let away = true;
    await page.routeWebSocket(/connection/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        for (const line of String(frame).split("\n")) {
          const { id, rpc } = JSON.parse(line) as { id: number; rpc?: { method: string } };
          const answer = { id, error: { code: 108, message: "not available" } };
          if (away && rpc?.method === "replay") socket.send(JSON.stringify(answer));
          else server.send(line);
        }
      });
    });
    await page.goto(address(live.room));
    await page.getByText("The past cannot be read right now").waitFor();
    away = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await slider(page).waitFor();
  });

  test("goes with the picture where there is one", async () => {
    const page = await browser.page();
    const file = silence(5);
    // Browsers seek only in what they can have parts of.
    await page.route("**/picture.wav", (route) => {
      const [, from = "0"] = /bytes=(\d+)/.exec(route.request().headers().range ?? "") ?? [];
      const body = file.subarray(Number(from));
      const headers = { "content-range": `bytes ${from}-${file.length - 1}/${file.length}`, "accept-ranges": "bytes" };
      return route.fulfill({ status: 206, contentType: "audio/wav", headers, body });
    });
    await page.goto(address(live.room, "&video=/picture.wav&t=2"));
    await slider(page).waitFor();
    const picture = () =>
      page.locator("video").evaluate((video: HTMLVideoElement) => [video.paused, Math.round(video.currentTime)]);
    await eventually(async () => expect(await picture()).toEqual([true, 2]));
    await expectList(page, shownAt(2_000));
    await slider(page).focus();
    await page.keyboard.press("End");
    await eventually(async () => expect(await picture()).toEqual([true, 5]));
    await expectList(page, shownAt(5_000));
    await page.locator("video").evaluate((video: HTMLVideoElement) => {
      video.currentTime = 1;
    });
    await expectList(page, shownAt(1_000));
    await page.keyboard.press("k");
    await eventually(async () => expect((await picture())[0]).toBe(false));
    await eventually(async () => expect(await rows(page).count()).toBeGreaterThan(shownAt(1_000).length));
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
      const page = await open({ size, scheme, language: "ko" });
      await page.locator(".replay-mark-gift").waitFor();
      await clickAt(page, 0.36);
      await page.mouse.move(5, 5);
      await rows(page).last().waitFor();
      await screenshot(page, "replay");
    },
  );
});

/** So many seconds of nothing, for a picture without one. */
function silence(seconds: number): Buffer {
  const samples = seconds * 8_000;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples, 40);
  return Buffer.concat([head, Buffer.alloc(samples, 128)]);
}
