// The operator's console in a browser, on services of their own: what it shows is what they say, and what it does they do.
import { join } from "node:path";
import { Bus } from "@madang/bus";
import { encodeJson, limits, type OperateOverview, RoomId } from "@madang/contracts";
import { eventually, type TestNats, testNats } from "@madang/devkit";
import { DeadLetters } from "@madang/log";
import { headers } from "@nats-io/transport-node";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectAccessible, expectNoSidewaysScroll, openBrowser } from "../support/browser.ts";
import { type Folder, project, type Site, startService, temporaryFolder } from "../support/processes.ts";
import { tokenFor, type Viewer, viewer } from "../support/viewer.ts";

const browser = openBrowser();
const lively = "live:lively";
/** Its snapshot is of a version that nobody here reads: it fails at every start. */
const broken = RoomId.parse("live:broken");

let nats: TestNats;
let folder: Folder;
let bus: Bus;
let rooms: [Site, Site];
let gateways: [Site, Site];
let persistence: Site;
let kim: Viewer;
let lee: Viewer;
let desk: Page;

beforeAll(async () => {
  nats = await testNats();
  folder = temporaryFolder();
  const settings = { NATS_URL: nats.url, MADANG_LOG_MAX_BYTES: "67108864" };
  const web = { ...settings, MADANG_WEB_DIR: join(project, "apps/web/dist") };
  const first = await startService("room", { ...settings, MADANG_NAME: "room-a" });
  const [second, one, two, store] = await Promise.all([
    startService("room", { ...settings, MADANG_NAME: "room-b" }),
    startService("gateway", { ...web, MADANG_NAME: "gateway-a" }),
    startService("gateway", { ...web, MADANG_NAME: "gateway-b" }),
    startService("persistence", { ...settings, DATABASE_URL: `file:${folder.path}/store.sqlite` }),
  ]);
  rooms = [first, second];
  gateways = [one, two];
  persistence = store;
  bus = await Bus.connect({ url: nats.url, name: "test", onHandlerError: () => {} });
  kim = await viewer(one.socketUrl, lively, { user: "kim" });
  lee = await viewer(two.socketUrl, lively, { user: "lee" });
  const { epoch } = await send(lively, "m1");
  // It fails again and again meanwhile.
  const state = { v: 1, dedupe: { key: "k", open: "", sealed: [] }, room: { v: 99 } };
  await putSnapshot({ v: 1, epoch, generation: 0, head: 0, sequence: 0, batchId: "", state });
  send(broken, "b1").catch(() => {});
  desk = await browser.page({ kept: true, allows: [/status of 40[34]/] });
  await desk.goto(await addressOf());
  await panel("Overview").waitFor();
}, 60_000);

afterAll(async () => {
  // Before the site goes, so that it does not miss it.
  await desk?.close();
  for (const watcher of [kim, lee]) watcher?.[Symbol.dispose]();
  await bus?.close();
  await Promise.all([...(rooms ?? []), ...(gateways ?? []), ...(persistence ? [persistence] : [])].map((site) => site.kill()));
  folder?.[Symbol.dispose]();
  await nats?.[Symbol.asyncDispose]();
}, 30_000);

async function addressOf({ tab = "overview", claims = { operator: true }, at = gateways[0] }: Asked = {}): Promise<string> {
  return `http://${at.authority}/console?operate=${tab}#token=${await tokenFor("olga", claims)}`;
}
interface Asked {
  tab?: string;
  claims?: object & { [claim: string]: unknown };
  at?: Site;
}

const panel = (name: string, page = desk): Locator => page.getByRole("tabpanel").getByRole("region", { name, exact: true });
const open = (tab: string, page = desk) => page.getByRole("tab", { name: tab }).click();
const row = (table: string, has: string | RegExp): Locator =>
  desk.getByRole("table", { name: table, exact: true }).getByRole("row").filter({ hasText: has });
const confirm = (verb: string) => desk.getByRole("dialog").getByRole("button", { name: verb, exact: true }).click();
const memberOf = (site: Site) => /"member":"([^"]+)"[^\n]*"msg":"ready"/.exec(site.output())?.[1] ?? "";

const send = async (room: string, id: string) =>
  (await kim.client.rpc("send", { channel: room, id, data: { text: id } })).data as { offset: number; epoch: string };

async function putSnapshot(value: object | undefined): Promise<void> {
  const fields = headers();
  if (value === undefined) fields.set("KV-Operation", "DEL");
  const body = value === undefined ? new Uint8Array() : encodeJson(value);
  await bus.connection.request(`$KV.snapshots.${broken.replace(":", ".")}`, body, { headers: fields, timeout: 5_000 });
}

async function overview(): Promise<OperateOverview> {
  const response = await fetch(`http://${gateways[0].authority}/api/operate/overview`, {
    headers: { authorization: `Bearer ${await tokenFor("olga", { operator: true })}` },
  });
  return (await response.json()) as OperateOverview;
}

/** What a row says, by the names of its columns. */
async function cells(of: Locator): Promise<Record<string, string>> {
  const found = await of
    .getByRole("cell")
    .evaluateAll((all) =>
      all.map((cell): [string, string] => [cell.getAttribute("data-name") ?? "", cell.textContent?.trim() ?? ""]),
    );
  return Object.fromEntries(found);
}
const tile = async (name: string) =>
  (await panel("Overview")
    .locator("dl > div")
    .filter({ has: desk.getByText(name, { exact: true }) })
    .locator("b")
    .textContent()) ?? "";

describe("what an operator sees", () => {
  test("[O2] are the figures that the services tell", async () => {
    for (let n = 2; n <= 12; n++) await send(lively, `m${n}`);
    await eventually(
      async () => {
        const { members, deadLetters, rooms: awake, leases } = await overview();
        const ofGateways = members.filter((one) => one.kind === "gateway");
        const room = awake.find((one) => one.room === lively);
        await open("Overview");
        expect(await tile("Viewers")).toBe("2");
        expect(room?.live?.viewers).toBe(2);
        expect(await tile("Connections")).toBe(String(ofGateways.reduce((all, one) => all + one.connections, 0)));
        expect(await tile("Dead letters")).toBe(String(deadLetters?.count));
        expect(await tile("Commit latency")).toMatch(/^[\d.]+ ms$/);

        await open("Rooms");
        expect(await cells(row("Rooms", lively))).toMatchObject({
          Viewers: "2",
          Events: "12",
          Stream: room?.stream,
          "Room service": room?.member,
          "Commit p99": expect.stringMatching(/^[\d.,]+ ms$/),
        });
        expect(await row("Rooms", lively).getByRole("link").getAttribute("href")).toBe("./console?room=live%3Alively");

        await open("Members");
        for (const { kind, member } of members) {
          const held = leases.filter(({ holder }) => holder === member).length;
          const Kind = { gateway: "gateway", room: "room service", persistence: "persistence" }[kind];
          expect(await cells(row("Members", member))).toMatchObject({ Kind, State: "ready", Leases: String(held) });
        }
        expect(await row("Leases", "projector.3").count()).toBe(1);
        expect(await cells(row("Leases", "audit"))).toMatchObject({ Holder: memberOf(persistence) });

        await open("Projectors");
        expect(await row("Projectors", /ROOMS_\d/).count()).toBe(8);
        expect(await cells(row("Projectors", "ROOMS_3"))).toMatchObject({
          "Lag, records": "0",
          Holder: memberOf(persistence),
          State: "goes on",
        });
        await panel("Projectors").getByText("The audit has found nothing.").waitFor();

        await open("Connections");
        for (const one of ofGateways) {
          expect(await cells(row("Connections", one.name))).toMatchObject({
            Version: one.version,
            NATS: "answers",
            Connections: String(one.connections),
            Users: String(one.users),
            "Rooms watched": String(one.rooms),
            "Closed slow": "0",
          });
        }
      },
      { withinMs: 20_000, everyMs: 200 },
    );
  }, 40_000);

  test("draws charts of all rooms and of one, which are tables, too", async () => {
    await open("Overview");
    const chart = desk.getByRole("figure", { name: "Viewers" });
    // Before anybody else comes, there have been two at the most.
    await eventually(async () =>
      expect(await chart.getByRole("img").getAttribute("aria-label")).toMatch(/^Viewers: now 2, least \d, most 2\.$/),
    );
    expect(await chart.locator("canvas").evaluate(drawn)).toBeGreaterThan(50);
    await chart.getByText("As a table").click();
    expect(await chart.getByRole("row").first().textContent()).toBe("TimeViewers");
    expect(await chart.getByRole("row").nth(1).textContent()).toMatch(/^\d\d:\d\d:\d\d2$/);
    await chart.getByText("As a table").click();

    await open("Rooms");
    await desk.getByRole("button", { name: `Charts of ${lively}` }).click();
    expect(await desk.getByRole("combobox", { name: "of" }).inputValue()).toBe(lively);
    await desk.getByRole("figure", { name: "Commit latency" }).getByText("p99").waitFor();
    expect(await chart.getByRole("img").getAttribute("aria-label")).toContain("now 2");
  });

  test("has each room lead to its moderator's page, and keeps the last ten minutes for when one comes back", async () => {
    const page = await browser.page();
    await page.goto(await addressOf());
    const chart = page.getByRole("figure", { name: "Viewers" });
    const rows = chart.getByRole("row");
    await chart.getByText("As a table").click();
    const oldest = await rows.last().textContent();
    await open("Rooms", page);
    await page.getByRole("link", { name: lively }).click();
    await page.getByText("You cannot moderate live:lively yet").waitFor();
    expect(new URL(page.url()).search).toBe("?room=live%3Alively");
    await page.goBack();
    await panel("Rooms", page).waitFor();
    await open("Overview", page);
    await chart.getByText("As a table").click();
    expect(await rows.last().textContent()).toBe(oldest);
  });

  test("sorts its tables by a click, and back", async () => {
    await send("live:another", "a1");
    await open("Rooms");
    await row("Rooms", "live:another").waitFor();
    const names = async () =>
      (await desk.getByRole("table", { name: "Rooms" }).getByRole("link").allTextContents()).filter((name) => name !== broken);
    const header = desk.getByRole("columnheader", { name: "Room", exact: true });
    await header.getByRole("button").click();
    expect([await header.getAttribute("aria-sort"), await names()]).toEqual(["ascending", ["live:another", lively]]);
    await header.getByRole("button").click();
    expect([await header.getAttribute("aria-sort"), await names()]).toEqual(["descending", [lively, "live:another"]]);
  });
});

describe("what an operator does", () => {
  test("[O5] [O6] [O7] shows a dead letter on demand, and has it tried again", async () => {
    const letters = new DeadLetters(bus.connection);
    const data = { text: "두 번째 <img src=x onerror=alert(1)>" };
    const command = { v: 1, command: "send", author: "bob", id: "d1", info: { user: "bob", client: "c" }, data };
    await letters.add({ source: "room", room: RoomId.parse(lively), reason: "a bug", body: encodeJson(command) });
    await letters.add({ source: "projector", room: RoomId.parse(lively), reason: "no index line", body: Buffer.from([255, 0]) });

    await open("Overview");
    const trouble = desk.getByRole("listitem").filter({ hasText: "There are 2 dead letters." });
    await trouble.getByText("MadangDeadLetters").waitFor();
    await trouble.getByRole("button", { name: "See Dead letters" }).click();
    await row("Dead letters", "a bug").waitFor();
    expect(await desk.getByText("두 번째").count()).toBe(0);
    await desk.getByRole("button", { name: "Show 1", exact: true }).click();
    const shown = desk.getByRole("dialog", { name: "Dead letter 1" });
    expect(await shown.getByRole("region", { name: "Content" }).locator("pre").textContent()).toBe(
      JSON.stringify(command, null, 2),
    );
    await shown.getByRole("button", { name: "Close" }).click();
    await shown.waitFor({ state: "detached" });

    await desk.getByRole("button", { name: "Try again 1", exact: true }).click();
    await confirm("Try again");
    await desk.getByText(`Letter 1 is done: committed: ${lively}`).waitFor();
    await eventually(() => expect(kim.seen.at(-1)).toMatchObject({ data, info: { user: "bob" } }));
    await eventually(async () => expect(await row("Dead letters", "a bug").count()).toBe(0));
    await desk.getByRole("button", { name: "Try again 2", exact: true }).click();
    await confirm("Try again");
    await desk.getByText("Letter 2 stays:").waitFor();
  });

  test("[O8] closes a user's connections, on whatever gateway, after having been asked", async () => {
    using park = await viewer(gateways[1].socketUrl, lively, { user: "park" });
    const closed = new Promise<number>((resolve) => park.client.once("disconnected", ({ code }) => resolve(code)));
    await open("Connections");
    await desk.getByRole("textbox", { name: "User" }).fill("park");
    await panel("Connections").getByRole("button", { name: "Disconnect" }).click();
    await desk.getByRole("dialog", { name: "Disconnect park?" }).getByRole("button", { name: "Cancel" }).click();
    expect(park.client.state).toBe("connected");
    expect(await desk.evaluate("document.activeElement.textContent")).toBe("Disconnect");
    await panel("Connections").getByRole("button", { name: "Disconnect" }).click();
    await confirm("Disconnect");
    await desk.getByText("All connections of park are closed.").waitFor();
    expect(await closed).toBe(3503);
  });

  test("[O3] [O4] finds a room in quarantine and why, and lets it out once it is mended", async () => {
    await open("Overview");
    const trouble = desk.getByRole("listitem").filter({ hasText: `${broken} is in quarantine after ZodError` });
    await trouble.waitFor({ timeout: 40_000 });
    await trouble.getByText("MadangRoomsQuarantined").waitFor();
    await trouble.getByRole("button", { name: "See Room actors" }).click();
    await panel("Room actors").getByRole("combobox", { name: "State" }).selectOption("quarantined");
    await eventually(async () => expect(await row("Room actors", /live:/).count()).toBe(1));
    expect(await cells(row("Room actors", broken))).toMatchObject({
      State: "in quarantine",
      "Last failure": expect.stringContaining("ZodError at its start"),
      Quarantine: expect.stringMatching(/tried again (?:in \d+ (?:s|min)|with the next command)/),
    });
    await putSnapshot(undefined);
    await desk.getByRole("button", { name: `Restart ${broken}`, exact: true }).click();
    await confirm("Restart");
    const outcome = desk.getByText(`${broken} is out of quarantine`);
    await outcome.waitFor();
    expect(await outcome.evaluate((element) => element === document.activeElement)).toBe(true);
    expect((await send(broken, "b2")).offset).toBe(1);
    await panel("Room actors").getByText("There is none.").waitFor();
    await panel("Room actors").getByRole("combobox", { name: "State" }).selectOption("");
    await row("Room actors", broken).waitFor();
  }, 60_000);
});

describe("when something is wrong", () => {
  test("[O2] says which service does not answer, and shows what the others say", async () => {
    const hung = rooms[1];
    hung.signal("SIGSTOP");
    try {
      await open("Overview");
      const trouble = desk
        .getByRole("listitem")
        .filter({ hasText: `room service ${memberOf(hung)} is alive and does not answer` });
      await trouble.getByText("MadangServiceDown").waitFor();
      await open("Members");
      expect(await cells(row("Members", memberOf(hung)))).toMatchObject({ State: "does not answer" });
      expect(await cells(row("Members", memberOf(rooms[0])))).toMatchObject({ State: "ready" });
      await open("Room actors");
      await desk.getByText(`Not all are here: ${memberOf(hung)} does not answer.`).waitFor();
    } finally {
      hung.signal("SIGCONT");
    }
    await open("Members");
    await eventually(async () => expect(await cells(row("Members", memberOf(hung)))).toMatchObject({ State: "ready" }), {
      withinMs: 15_000,
    });
  }, 30_000);

  test("[O1] tells who is no operator why, and lets in who pastes a good token, to the part that they asked for", async () => {
    const page = await browser.page({ size: "narrow", allows: [/status of 40[13]/] });
    await page.goto(await addressOf({ tab: "members", claims: { role: "owner" } }));
    await page.getByText("Your token is good, but it does not say that you operate this site.").waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    const paste = async (token: string) => {
      await page.getByLabel("Connection token").fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
    };
    await paste(await tokenFor("olga", { operator: true }, "a-secret-of-somebody-else"));
    await page.getByText("Your token is not good here.").waitFor();
    await paste(await tokenFor("olga", { operator: true }));
    await panel("Members", page).waitFor();
    expect(page.url()).not.toContain("token");

    const visitor = await browser.page();
    await visitor.goto(`http://${gateways[0].authority}/console?operate`);
    await visitor.getByText("You are here as a visitor without a token.").waitFor();
  });

  test("[O1] asks for a new token where the one that it has has expired", async () => {
    const page = await browser.page({ allows: [/status of 401/] });
    await page.goto(
      await addressOf({ claims: { operator: true, exp: Math.floor((Date.now() - limits.tokenLeewayMs) / 1_000) - 5 } }),
    );
    await page.getByText("Your token has expired.").waitFor();
    await page.getByLabel("Connection token").waitFor();
  });

  test("says how old what it shows is when its gateway is gone, and when it asks again", async () => {
    const page = await browser.page({ allows: [/ERR_|WebSocket|Failed to load/] });
    await page.goto(await addressOf({ tab: "members", at: gateways[1] }));
    await panel("Members", page).waitFor();
    gateways[1].signal("SIGKILL");
    await page.getByRole("status").filter({ hasText: "The gateway does not answer." }).waitFor();
    await page.getByText(/^As of .*, \d+ s ago$/).waitFor();
    await page.getByText(/^asks again in \d+ s$/).waitFor();
    await panel("Members", page).getByText("gateway-b").first().waitFor();
  }, 20_000);
});

/** How many pixels of a canvas are not empty. */
const drawn = (canvas: SVGElement | HTMLElement) => {
  const { width, height } = canvas as HTMLCanvasElement;
  const { data } = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height) ?? { data: [] };
  let count = 0;
  for (let n = 3; n < data.length; n += 4) if ((data[n] ?? 0) > 0) count++;
  return count;
};
