// The operator's console as a busy site would show it: in all its parts, sizes, schemes and languages.
import type { ActorNow, OperateActors, OperateLetters, OperateOverview } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openBrowser, screenshot } from "../support/browser.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast();
});
afterAll(() => live?.[Symbol.asyncDispose]());

const minuteMs = 60_000;
const stepMs = 10_000;
const parts = 7;
const names = ["autumn-night", "sunday-market", "cooking-with-mina", "jamsil-baseball", "book-club", "sakura-radio", "late-news"];
/** The audit has found something. */
let damaged = false;

/** What such a site says after so many seconds: an evening with a song now and then, and a room that has a bug. */
function busySite(seconds: number, now: number): OperateOverview {
  const song = Math.exp(-(((seconds % 240) - 90) ** 2) / 900);
  const flicker = (n: number) => 1 + 0.12 * Math.sin(seconds / 7 + n * 1.7) + 0.07 * Math.sin(seconds / 2.3 + n);
  const rooms = Array.from({ length: 50 }, (_, n): ActorNow => {
    const share = 1 / (n + 1) ** 1.3;
    return {
      room: `live:${names[n] ?? `stage-${n}`}`,
      member: `room-${"abc"[n % 3]}-7Yq${n % 3}`,
      stream: `ROOMS_${(n * 5) % 8}`,
      state: "running",
      waiting: n === 0 ? Math.round(6 * song) : 0,
      restarts: 0,
      ...(n > 30 ? { quietMs: 1_000 * (n * 7 + 3) } : {}),
      live: {
        offset: Math.round(24_000 * share) + seconds,
        viewers: Math.round(20_000 * share * (1 + 0.04 * Math.sin(seconds / 180))),
        commentsPerS: 38 * share * flicker(n) * (1 + (n === 0 ? 2.2 * song : 0)),
        commitP50Ms: 2.1 * flicker(n + 3),
        commitP99Ms: 7.4 * flicker(n + 5) * (1 + (n === 0 ? 1.6 * song : 0)),
      },
    } as ActorNow;
  });
  const since = now - 26 * 60 * minuteMs - seconds * 1_000;
  const store = (n: number) => `persistence-${"ab"[n % 2]}-Kd2${n % 2}`;
  return {
    time: now,
    partial: false,
    missing: [],
    members: [
      ...[0, 1].map((n) => ({
        kind: "gateway",
        member: `gateway-${"ab"[n]}-x8R${n}`,
        name: `gateway-${"ab"[n]}`,
        version: "0.1.0",
        startedAt: since,
        ready: true,
        natsAnswers: true,
        sockets: 30_210 + n,
        connections: 30_204,
        users: 29_877,
        rooms: 61,
        opened: 88_412,
        closedSlow: 3,
        closed: { 0: 58_100, 3000: 81, 3008: 3 },
      })),
      ...[0, 1, 2].map((n) => ({
        kind: "room",
        member: `room-${"abc"[n]}-7Yq${n}`,
        startedAt: since,
        ready: true,
        states: { starting: 0, running: 20, restarting: 0, closing: 0, quarantined: n === 2 ? 1 : 0 },
        waiting: { total: n === 0 ? Math.round(6 * song) : 0, most: n === 0 ? Math.round(6 * song) : 0 },
        handled: 1_204_811,
        restarts: n === 2 ? 4 : 0,
        passivated: 311,
        deadLetters: 0,
      })),
      ...[0, 1].map((n) => ({ kind: "persistence", member: store(n), startedAt: since, ready: true, storeAnswers: true })),
    ],
    rooms,
    troubled: [quarantined(now)],
    leases: ["audit", ...Array.from({ length: 8 }, (_, n) => `projector.${n}`), "registry"].map((lease, n) => ({
      lease,
      holder: store(n),
      since,
    })),
    streams: Array.from({ length: 8 }, (_, n) => ({
      stream: `ROOMS_${n}`,
      lagRecords: Math.round(9 * flicker(n) * (1 + 6 * song)),
      lagMs: Math.round(140 * flicker(n) * (1 + 4 * song)),
      holder: store(n),
      since,
      paused: false,
      deadLetters: n === 3 ? 2 : 0,
      lost: 0,
    })),
    audit: {
      member: store(0),
      roundAt: now - 4 * minuteMs,
      rounds: 212,
      rooms: 18_400,
      events: 9_204_113,
      lost: 0,
      missing: damaged ? 5 : 0,
      different: 0,
      unread: 0,
      findings: damaged ? [{ room: "live:book-club", what: "missing", from: 120, to: 124, at: now - 9 * minuteMs }] : [],
    },
    deadLetters: { count: 2, newest: { id: 2, time: now - 3 * minuteMs } },
  } as unknown as OperateOverview;
}

const quarantined = (now: number) =>
  ({
    room: "live:open-mic",
    member: "room-c-7Yq2",
    stream: "ROOMS_6",
    state: "quarantined",
    waiting: 0,
    restarts: 4,
    failure: { error: "TypeError", phase: "message", at: now - 20_000 },
    quarantinedUntil: now + 40_000,
  }) as unknown as ActorNow;

const letters = (now: number) =>
  ({
    letters: [2, 1].map((id) => ({
      id,
      time: now - (3 - id) * minuteMs,
      letter: {
        source: "projector",
        room: "live:book-club",
        reason: "the store refuses it: value too long",
        bytes: 2_411,
        sequence: 90,
      },
    })),
  }) as unknown as OperateLetters;

/** A page of such a site, on which ten minutes have gone by. */
async function busyPage(began: number, steps = 61): Promise<Page> {
  const page = await browser.page();
  let now = began;
  await page.clock.install({ time: began });
  await page.route("**/api/operate/**", (route) => {
    const { pathname } = new URL(route.request().url());
    const actors = { time: now, partial: false, missing: [], actors: [quarantined(now), ...busySite(0, now).rooms.slice(1)] };
    const json = pathname.endsWith("/overview")
      ? busySite((now - began) / 1_000, now)
      : pathname.endsWith("/actors")
        ? (actors satisfies OperateActors)
        : letters(now);
    return route.fulfill({ json });
  });
  await page.goto(`http://${live.site.authority}/console?operate#token=${await tokenOf("jiwoo", { operator: true })}`);
  await page.locator("figure").first().waitFor();
  for (let step = 0; step < steps; step++) {
    now += stepMs;
    // Where the page is not ready to ask again yet, a point is missing, and the line breaks there.
    const answered = page.waitForResponse(/overview/, { timeout: 1_000 }).catch(() => undefined);
    await page.clock.fastForward(stepMs);
    await (await answered)?.finished();
  }
  return page;
}

/** All tabs of a page that is so wide. */
async function opened(page: Page, width: number): Promise<Locator[]> {
  await page.setViewportSize({ width, height: 740 });
  const tabs = await page.getByRole("tab").all();
  expect(tabs).toHaveLength(parts);
  return tabs;
}

/** What cannot be seen as a whole without scrolling sideways. The bar of tabs may be scrolled. */
const wider = `[document.documentElement, ...document.querySelectorAll("[role=tabpanel], [role=tabpanel] *")]
  .filter((element) => !["svg", "path"].includes(element.localName) && !element.closest(".uplot, .console-hidden, thead"))
  .filter((element) => element.scrollWidth > element.clientWidth && getComputedStyle(element).display !== "inline")
  .filter((element) => element.clientWidth > 0)
  .map((element) => element.className + " " + element.localName + " " + element.scrollWidth + " > " + element.clientWidth)`;

describe("the operator's console of a busy site", () => {
  test("looks well on a phone and on a desk, by day and by night, is whole and accessible in all its parts", async () => {
    const page = await busyPage(Date.UTC(2026, 9, 24, 11, 20));
    for (const size of ["desktop", "phone"] as const) {
      await page.setViewportSize(size === "phone" ? { width: 390, height: 844 } : { width: 1280, height: 800 });
      for (const scheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await expectNoSidewaysScroll(page);
        await screenshot(page, "console-operate", { size, scheme });
      }
    }
    damaged = true;
    for (const [n, tab] of (await opened(page, 360)).entries()) {
      await page.emulateMedia({ colorScheme: n % 2 === 0 ? "dark" : "light" });
      await tab.click();
      await page.getByRole("tabpanel").locator("figure, table").first().waitFor();
      await expectAccessible(page);
      await eventually(async () => expect(await page.evaluate(wider), (await tab.textContent()) ?? "").toEqual([]));
    }
  }, 60_000);

  test("is as whole in the other languages, and where there is just room for tables", async () => {
    const page = await busyPage(Date.UTC(2026, 9, 24, 11, 20), 3);
    damaged = true;
    for (const [language, width] of [
      ["ko", 360],
      ["ja", 360],
      ["en", 1_100],
    ] as const) {
      await page.getByRole("combobox").first().selectOption(language);
      for (const tab of await opened(page, width)) {
        await tab.click();
        await page.getByRole("tabpanel").locator("figure, table").first().waitFor();
        const name = `${await tab.textContent()} at ${width} px`;
        await eventually(async () => expect(await page.evaluate(wider), name).toEqual([]));
      }
    }
  }, 60_000);
});
