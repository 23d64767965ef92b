// How one comes in: with the token of a link, or without one where that is not enough.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { type Broadcast, broadcast, tokenOf } from "./broadcast.ts";

const browser = openBrowser();
let live: Broadcast;
beforeAll(async () => {
  live = await broadcast({}, { MADANG_ANONYMOUS: "off" });
});
afterAll(() => live?.[Symbol.asyncDispose]());
const at = (path: string) => `http://${live.site.authority}${path}`;

describe("a link's token", () => {
  test("may be in the query: it lets in, and goes out of the address", async () => {
    const page = await browser.page();
    await page.goto(at(`/live?room=${live.room}&token=${await tokenOf("minji")}`));
    await page.locator('.live-page[data-user="minji"]').waitFor();
    await page.getByRole("textbox", { name: /comment/i }).waitFor();
    expect(page.url()).toBe(at(`/live?room=${live.room}`));
    await page.goto(at("/console"));
    await page.getByText("minji").waitFor();
  });

  test("leads from the first page nowhere else, and from a page that there is not into no address either", async () => {
    const page = await browser.page({ allows: [/404/] });
    await page.goto(at(`/?token=${await tokenOf("minji")}`));
    await page.getByLabel("What is it about?").waitFor();
    expect(page.url()).toBe(at("/"));
    await page.goto(at(`/concert?token=${await tokenOf("minji")}`));
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    expect(page.url()).toBe(at("/concert"));
  });
});

describe("[C7] where visitors are not let in", () => {
  test("every page says that one needs a token, and nothing that is not known", async () => {
    const page = await browser.page();
    for (const path of ["live", "replay"]) {
      await page.goto(at(`/${path}?room=${live.room}`));
      await page.getByText("Only people with a token come in here").waitFor();
      expect(await page.getByText(/not accepted|too old|on air/i).count(), path).toBe(0);
    }
    await page.goto(at(`/console?room=${live.room}`));
    await page.getByText("Only people with a token come in here").waitFor();
    expect(await page.getByText("Your token").count()).toBe(0);
  });

  test("a token that is not good is told from none", async () => {
    const page = await browser.page();
    await page.goto(at(`/live?room=${live.room}#token=a.b.c`));
    await page.getByText("Your token was not accepted").waitFor();
    await page.goto(at(`/console?room=${live.room}`));
    await page.getByText("Your token is not valid, or not any more.").waitFor();
  });
});
