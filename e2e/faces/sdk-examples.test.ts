// The SDK's examples as somebody runs them: the pages in a browser, beside a Madang on the same machine, and the bot as a process.
import { join } from "node:path";
import { eventually } from "@madang/devkit";
import type { Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { type Folder, project, run, type Site, startAllInOne, temporaryFolder } from "../support/processes.ts";
import { viewer } from "../support/viewer.ts";

const browser = openBrowser();
const served: PreviewServer[] = [];
let folder: Folder;
let site: Site;
beforeAll(async () => {
  folder = temporaryFolder();
  site = await startAllInOne(folder.path);
});
afterAll(async () => {
  await Promise.all(served.map((server) => server.close()));
  await site?.stop();
  folder?.[Symbol.dispose]();
});

/** The address of an example's page, built and served as any page. */
async function serve(example: string, room: string): Promise<string> {
  const options = {
    configFile: false,
    logLevel: "error",
    root: join(project, "examples/sdk", example),
    build: { outDir: join(folder.path, example) },
    preview: { port: 0, host: "127.0.0.1" },
  } as const;
  await build(options);
  const server = await preview(options);
  served.push(server);
  return `${server.resolvedUrls?.local[0]}?${new URLSearchParams({ url: site.socketUrl, room })}`;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

test("01: a page without a framework shows what is said here and elsewhere, as text, and hearts", async () => {
  const page = await browser.page();
  await page.goto(await serve("01-quick-start", "live:first"));
  await say(page, "<img src=x onerror=alert(1)>");
  await page.getByText(": <img src=x onerror=alert(1)>", { exact: false }).waitFor();
  using kim = await viewer(site.socketUrl, "live:first", { user: "kim" });
  await kim.client.rpc("send", { channel: "live:first", id: "k1", data: { text: "and from me" } });
  await page.getByText("kim: and from me").waitFor();
  await page.getByRole("button", { name: "Heart" }).click();
  await page.getByText("connected, 2 watch, 1 hearts").waitFor();
});

test("02: the hooks show what is said, and who watches; a message that was refused can be sent again", async () => {
  using host = await viewer(site.socketUrl, "live:second", { user: "host", claims: { role: "moderator" } });
  await host.client.rpc("configure", { channel: "live:second", id: "s1", settings: { slowModeMs: 2_000 } });
  const page = await browser.page();
  await page.goto(await serve("02-react", "live:second"));
  await page.getByText("connected, 2 watch").waitFor();
  await say(page, "one");
  await say(page, "two");
  const again = page.getByRole("button", { name: /again/ });
  await again.waitFor();
  await eventually(
    async () => {
      if (await again.isVisible()) await again.click();
      expect(host.seen.flatMap(({ data, tags }) => (tags.type === "posted" ? [data.text] : []))).toEqual(["one", "two"]);
    },
    { withinMs: 10_000, everyMs: 300 },
  );
  await eventually(async () => expect(await again.count()).toBe(0));
  await page.getByText("two").waitFor();
});

test("03: the bot answers a greeting, once", async () => {
  const bot = run("examples/sdk/03-node-bot.ts", { MADANG_URL: site.socketUrl, ROOM: "live:third" });
  await eventually(() => expect(bot.output()).toContain("live:third: live"), { withinMs: 15_000 });
  using kim = await viewer(site.socketUrl, "live:third", { user: "kim" });
  await kim.client.rpc("send", { channel: "live:third", id: "k1", data: { text: "!hello" } });
  await eventually(() => expect(kim.seen.map(({ data }) => data.text)).toEqual(["!hello", "Hello, kim!"]));
  expect(kim.seen[1]?.data).toMatchObject({ to: 1, mentions: ["kim"] });
  bot.signal("SIGINT");
  expect(await bot.exited).toMatchObject({ code: 0 });
});
