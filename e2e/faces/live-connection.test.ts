// What the live page does when its gateway is gone.
import { eventually } from "@madang/devkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast();
});
afterAll(() => live?.[Symbol.asyncDispose]());

test("a page whose gateway is killed says so, comes back by itself, sends what was written meanwhile, and has every comment once", async () => {
  const page = await browser.page({ allows: [/WebSocket connection to .* failed/, /ERR_CONNECTION_REFUSED/] });
  await page.goto(live.page({ token: await tokenOf("minji") }));
  for (let at = 1; at <= 3; at++) await live.say("doyun", `before ${at}`);
  await page.getByText("before 3").waitFor();

  await live.kill();
  await page.getByText("The connection is lost. It comes back by itself").waitFor();
  await page.locator(".chat-composer textarea").fill("written in between");
  await page.keyboard.press("Enter");
  await page.locator(".chat-row", { hasText: "written in between" }).getByText("Sending …").waitFor();

  // It says so for a few seconds only.
  const back = page.getByText("Back again. Nothing was missed.").waitFor({ timeout: 45_000 });
  await live.restart();
  for (let at = 1; at <= 3; at++) await live.say("doyun", `after ${at}`);
  await back;
  const expected = ["before 1", "before 2", "before 3", "after 1", "after 2", "after 3", "written in between"].sort();
  await eventually(async () => {
    expect(
      await page
        .locator(".chat-row .chat-text")
        .allTextContents()
        .then((all) => all.sort()),
    ).toEqual(expected);
    expect(await page.getByText("Sending …").count()).toBe(0);
  });
}, 90_000);
