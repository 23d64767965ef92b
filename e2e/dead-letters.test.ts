// What a person at the terminal does about dead letters, beside an all-in-one that runs.

import { Bus } from "@madang/bus";
import { encodeJson, RoomId } from "@madang/contracts";
import { DeadLetters } from "@madang/log";
import { runningNatsServer } from "@madang/runtime";
import { describe, expect, test } from "vitest";
import { run, startAllInOne, temporaryFolder } from "./support/processes.ts";
import { rowsOf } from "./support/store.ts";
import { connected, sendUntilAnswered } from "./support/viewer.ts";

describe("dead letters of an all-in-one", () => {
  test("[L6] are listed, shown and tried again while it runs, and told in a sentence when it does not", async () => {
    using folder = temporaryFolder();
    const command = async (...args: string[]) => {
      await using running = run("apps/allinone/src/dead-letters.ts", { MADANG_DATA_DIR: folder.path }, args);
      const { code } = await running.exited;
      return { code, output: running.output() };
    };
    const room = RoomId.parse("live:letters");
    {
      await using site = await startAllInOne(folder.path);
      const client = await connected(site.socketUrl, { user: "ann" });
      await sendUntilAnswered(client, { channel: room, id: "m1", data: { text: "one" } });
      client.disconnect();
      await rowsOf(`file:${folder.path}/madang.db`, room, 1);

      const bus = await Bus.connect({
        url: runningNatsServer(`${folder.path}/nats`) ?? "",
        name: "test",
        onHandlerError: () => {},
      });
      const letters = new DeadLetters(bus.connection);
      const info = { user: "bob", client: "c" };
      const send = { v: 1, command: "send", author: "bob", id: "m2", info, data: { text: "두 번째" } };
      await letters.add({ source: "room", room, reason: "a bug", body: encodeJson(send) });
      await letters.add({ source: "projector", room, reason: "no index line", sequence: 9, body: Buffer.from("?") });
      await bus.close();

      expect((await command("list")).output).toMatch(/^2 {2}.*no index line\n1 {2}.* room {2}live:letters {2}- {2}a bug\n$/);
      expect(await command("show", "1")).toMatchObject({ code: 0, output: expect.stringContaining('"text":"두 번째"') });
      expect(await command("replay", "1")).toEqual({ code: 0, output: "1 done: committed: live:letters at 2\n" });
      expect(await command("replay", "--all")).toMatchObject({
        code: 1,
        output: expect.stringContaining("2 stays: no index line"),
      });
      expect((await rowsOf(`file:${folder.path}/madang.db`, room, 2)).map(({ id, user }) => [id, user])).toEqual([
        ["m1", "ann"],
        ["m2", "bob"],
      ]);
    }
    expect(await command("list")).toEqual({
      code: 1,
      output: `No Madang runs on ${folder.path}: start it with npm start, or set NATS_URL.\n`,
    });
  });
});
