// Ten thousand comments, and every one of them a row.
import { seeded, testDatabase } from "@madang/devkit";
import { describe, expect, test } from "vitest";
import { startAllInOne, temporaryFolder } from "./support/processes.ts";
import { rowsOf } from "./support/store.ts";
import { connected, sendUntilAnswered } from "./support/viewer.ts";

const texts = [
  "안녕하세요",
  "👨‍👩‍👧‍👦",
  "日本語テキスト",
  "e\u0301 → é",
  "'; DROP TABLE events; --",
  '{"json":"in text"}',
  "tab\tand\nnewline",
  "  spaces  ",
  "\\\\",
  "🇰🇷🫶🏽",
];

describe("10,000 comments from 50 clients", () => {
  test.each(["SQLite", "MySQL"])(
    "[L3] %s holds exactly those rows, in that order, emoji and Korean intact",
    async (kind) => {
      using folder = temporaryFolder();
      await using database = kind === "MySQL" ? await testDatabase() : undefined;
      const databaseUrl = database?.url ?? `file:${folder.path}/madang.db`;
      await using site = await startAllInOne(folder.path, { DATABASE_URL: databaseUrl });
      const random = seeded(11);
      const clients = await Promise.all(Array.from({ length: 50 }, (_, i) => connected(site.socketUrl, { user: `사용자-${i}` })));
      const expected = new Map<number, { id: string; user: string; data: object }>();
      await Promise.all(
        clients.map(async (client, i) => {
          for (let n = 0; n < 200; n += 20) {
            await Promise.all(
              Array.from({ length: 20 }, async (_, k) => {
                const id = `m${i}-${n + k}`;
                const data = { text: random.pick(texts), n: random.next(), list: [id, null] };
                const { offset } = await sendUntilAnswered(client, { channel: "live:many", id, data });
                expected.set(offset, { id, user: `사용자-${i}`, data: { ...data, text: data.text.normalize("NFC") } });
              }),
            );
          }
        }),
      );
      const rows = await rowsOf(databaseUrl, "live:many", 10_000);
      expect(rows).toHaveLength(10_000);
      rows.forEach(({ offset, id, user, data }, index) => {
        expect(offset).toBe(index + 1);
        expect({ id, user, data }).toEqual(expected.get(offset));
      });
      for (const client of clients) client.disconnect();
    },
    60_000,
  );
});
