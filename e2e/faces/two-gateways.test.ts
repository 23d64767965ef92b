// Two people in two browsers, each on a gateway of their own.
import { eventually, testNats } from "@madang/devkit";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { project, startService, temporaryFolder } from "../support/processes.ts";
import { connected, sendUntilAnswered } from "../support/viewer.ts";
import { tokenOf } from "./broadcast.ts";

const [here, there] = [openBrowser(), openBrowser()];
const channel = "live:two";

const textsOn = (page: Page) => page.locator(".chat-row .chat-text").allTextContents();

test("pages on two gateways see one order; one whose gateway is killed says so, comes back, and has every comment once", async () => {
  await using nats = await testNats();
  using folder = temporaryFolder();
  const settings = {
    NATS_URL: nats.url,
    DATABASE_URL: `file:${folder.path}/madang.db`,
    MADANG_LOG_MAX_BYTES: "67108864",
  };
  await using _persistence = await startService("persistence", settings);
  await using _rooms = await startService("room", settings);
  const gateway = (port = "0") =>
    startService("gateway", {
      ...settings,
      MADANG_HTTP_PORT: port,
      MADANG_WEB_DIR: `${project}/apps/web/dist`,
      MADANG_ROOMS: "anybody",
    });
  await using first = await gateway();
  await using second = await gateway();
  const senders = await Promise.all([first, second].map(({ socketUrl }, n) => connected(socketUrl, { user: `sender${n}` })));
  const open = async (browser: typeof here, authority: string) => {
    // One gateway is killed, and both end before their pages do.
    const allows = [/WebSocket connection to .* failed/, /ERR_CONNECTION_REFUSED/];
    const page = await browser.page({ allows });
    await page.goto(`http://${authority}/live?room=${channel}#token=${await tokenOf(`reader-${authority.split(":")[1]}`)}`);
    await page.locator(".chat-composer textarea").waitFor();
    return page;
  };
  const left = await open(here, first.authority);
  const right = await open(there, second.authority);

  // From both sides at once, so that only the room can say what comes first.
  const said: string[] = [];
  const say = async (n: number, by = n % 2) => {
    said.push(`line ${n}`);
    const sender = senders[by];
    if (sender !== undefined) await sendUntilAnswered(sender, { channel, id: `m${n}`, data: { text: `line ${n}` } });
  };
  await Promise.all(Array.from({ length: 12 }, (_, n) => say(n)));
  const sameOrder = async () => {
    const [one, two] = [await textsOn(left), await textsOn(right)];
    expect([...one].sort()).toEqual([...said].sort());
    expect(one).toEqual(two);
  };
  await eventually(sameOrder, { withinMs: 10_000 });

  await first.kill();
  await left.getByText("The connection is lost. It comes back by itself").waitFor();
  for (let n = 12; n < 18; n++) await say(n, 1);
  await eventually(async () => expect(await textsOn(right)).toHaveLength(18));
  expect(await textsOn(left)).toHaveLength(12);
  await using _again = await gateway(first.authority.split(":")[1]);
  await left.getByText("Back again. Nothing was missed.").waitFor({ timeout: 25_000 });
  await Promise.all(Array.from({ length: 6 }, (_, n) => say(18 + n)));
  await eventually(sameOrder, { withinMs: 10_000 });
  for (const sender of senders) sender.disconnect();
}, 90_000);
