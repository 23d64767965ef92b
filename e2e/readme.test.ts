// The tour of the README, as somebody who copies it lives it.
import { spawn } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cuttable, eventually } from "@madang/devkit";
import { expect, test } from "vitest";
import { follow, project, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { viewer } from "./support/viewer.ts";

const [chat = "", paging = ""] = [...readFileSync(join(project, "README.md"), "utf8").matchAll(/^```js\n([\s\S]*?)^```/gm)].map(
  ([, code]) => code,
);

test("[C7] [S4] [H2] the client of the tour is the same visitor after an absence, and reads all that it missed, page by page", async () => {
  using data = temporaryFolder();
  using folder = temporaryFolder();
  await using site = await startAllInOne(data.path);
  await using road = await cuttable(Number(site.authority.split(":")[1]));
  const file = join(folder.path, "chat.mjs");
  symlinkSync(join(project, "e2e/node_modules"), join(folder.path, "node_modules"));
  writeFileSync(
    file,
    chat.replace("127.0.0.1:8000", `127.0.0.1:${road.port}`).replace("room.subscribe();", `${paging}room.subscribe();`),
  );
  await using client = follow(spawn(join(project, ".cache/bin/node"), [file], { stdio: ["ignore", "pipe", "pipe"] }));
  await eventually(() => expect(client.output()).toMatch(/^here now /m), { withinMs: 10_000 });

  road.cut();
  await eventually(() => expect(client.output()).toMatch(/^connecting [1-9]/m), { withinMs: 10_000 });
  using other = await viewer(site.socketUrl, "live:lobby", { user: "kim" });
  const away = 1_500;
  for (let n = 0; n < away; n += 50)
    await Promise.all(Array.from({ length: 50 }, (_, i) => other.subscription.publish({ text: `no ${n + i}` })));
  road.mend();

  await eventually(() => expect(client.output()).toContain(`missed ${away + 1} `), { withinMs: 20_000 });
  await other.subscription.publish({ text: "live" });
  await eventually(() => expect(client.output()).toMatch(new RegExp(`^${away + 2} kim live `, "m")));
  const missed = [...client.output().matchAll(/^missed (\d+) /gm)].map(([, offset]) => Number(offset));
  expect(missed).toEqual(Array.from({ length: away }, (_, i) => i + 2));
  const visitors = [...client.output().matchAll(/^I am (.+)$/gm)].map(([, user]) => user);
  expect(visitors).toEqual([visitors[0], visitors[0]]);
  expect(visitors[0]).toMatch(/^anon_/);
}, 60_000);
