// What others write is text, wherever the page shows it.
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { connected } from "../support/viewer.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";
import { payloads } from "./payloads.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast({ title: payloads[8] });
});
afterAll(() => live?.[Symbol.asyncDispose]());

/** Sends `text` as somebody who is called `name`. */
async function say(name: string, text: string): Promise<number> {
  const client = await connected(live.site.socketUrl, { user: "mallory", claims: { info: { name } } });
  const answer = await client.rpc("send", { channel: live.room, id: crypto.randomUUID(), data: { text } });
  client.disconnect();
  return (answer.data as { offset: number }).offset;
}

test("fifty comments that would run if they were not text, and names of the same kind, are read as they were written", async () => {
  expect(new Set(payloads).size).toBe(50);
  const page = await browser.page();
  page.on("dialog", (dialog) => {
    throw new Error(`a dialog: ${dialog.message()}`);
  });
  await page.goto(live.page({ token: await tokenOf("minji") }));
  await page.getByText("The broadcast has begun").waitFor();
  const before = await elements(page);
  for (let at = 0; at < payloads.length; at += 5) {
    const five = payloads.slice(at, at + 5);
    await Promise.all(five.map((payload) => say(payload, payload)));
    // The newest are in sight, since the reader is at the end.
    await eventually(async () =>
      expect(await shown(page)).toEqual(expect.arrayContaining(five.map((one) => ({ name: one, text: one })))),
    );
  }
  const last = await say(payloads[9], payloads[9]);
  await live.api("POST", `/rooms/${live.room}/actions`, { id: "pin", type: "pin", offset: last });
  const gift = { id: "gift", user: "mallory", amount: 1, currency: "KRW", data: { name: payloads[15], text: payloads[10] } };
  await live.api("POST", `/rooms/${live.room}/gifts`, gift);
  await page.locator(".chat-gift", { hasText: payloads[10] }).waitFor();
  await page.getByRole("region", { name: "Pinned" }).getByText(payloads[9]).first().waitFor();
  expect(await page.title()).toBe(payloads[8]);
  expect(await page.locator("h1").textContent()).toBe(payloads[8]);

  // Nothing ran, and there is no element that the page itself does not make.
  expect(await page.evaluate("typeof ran")).toBe("undefined");
  const made = ["article", "bdi", "time", "li", "ul", "strong"];
  expect((await elements(page)).filter((name) => !before.includes(name) && !made.includes(name))).toEqual([]);
}, 60_000);

/** Who said what, as the document has it. */
const shown = (page: Page) =>
  page.locator(".chat-row:has(.chat-text)").evaluateAll((rows) =>
    rows.map((row) => ({
      name: row.querySelector(".chat-name bdi")?.textContent,
      text: row.querySelector(".chat-text")?.textContent,
    })),
  );

/** The kinds of elements that there are, with what runs in them. */
async function elements(page: Page): Promise<string[]> {
  return (await page.evaluate(`[...new Set([...document.querySelectorAll("body *")].map((e) =>
    e.localName + [...e.attributes].filter(({ name }) => name.startsWith("on") || name === "srcdoc").map(({ name }) => " " + name).join("")))]`)) as string[];
}
