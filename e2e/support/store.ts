// Looks into the database itself, past every service.
import { type RoomId, RoomId as RoomIds } from "@madang/contracts";
import { eventually } from "@madang/devkit";
import { openStore } from "@madang/persistence";

export interface Row {
  offset: number;
  data: { [key: string]: unknown };
  id: string;
  user: string | undefined;
}

/** Every row of a room, once the store has `count` of them: read straight from the tables. */
export async function rowsOf(databaseUrl: string, channel: string, count: number): Promise<Row[]> {
  const room: RoomId = RoomIds.parse(channel);
  const store = await openStore(databaseUrl);
  try {
    await eventually(
      async () => {
        const head = (await store.heads([room])).get(room)?.offset ?? 0;
        if (head < count) throw new Error(`the store has ${head} of ${count}`);
      },
      { withinMs: 20_000, everyMs: 50 },
    );
    const lines = await store.lines(room, { from: 1, to: count + 1_000 });
    return lines.map(({ offset, line }) => {
      const { data, tags, info } = JSON.parse(line);
      return { offset, data, id: tags.id, user: info?.user };
    });
  } finally {
    await store.close();
  }
}
