// A small site for a live room: two gateways, two rooms, one persistence, each a process, on a real broker and a real MySQL.
import { type TestDatabase, type TestNats, testDatabase, testNats } from "@madang/devkit";
import { type Site, secrets, startService } from "../support/processes.ts";

export interface LiveSite extends AsyncDisposable {
  readonly one: Site;
  readonly two: Site;
  readonly nats: TestNats;
  readonly database: TestDatabase;
  /** `kill -9` of every room service, and new ones in their place. */
  crashRooms(): Promise<void>;
  /** A call of the server API. */
  api(
    method: "GET" | "PUT" | "POST",
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: { [key: string]: unknown } }>;
}

export async function liveSite(environment: Record<string, string> = {}): Promise<LiveSite> {
  await using closers = new AsyncDisposableStack();
  const [nats, database] = await Promise.all([testNats(), testDatabase()]);
  closers.use(nats);
  closers.use(database);
  const settings = {
    NATS_URL: nats.url,
    DATABASE_URL: database.url,
    MADANG_LOG_MAX_BYTES: String(512 * 1024 * 1024),
    // As it is where nobody sets it.
    MADANG_SAMPLE_PER_S: "20",
    ...environment,
  };
  closers.use(await startService("persistence", settings));
  const startRooms = () => Promise.all([startService("room", settings), startService("room", settings)]);
  let rooms = await startRooms();
  closers.defer(async () => void (await Promise.all(rooms.map((room) => room.stop()))));
  const [one, two] = await Promise.all([startService("gateway", settings), startService("gateway", settings)]);
  closers.use(one);
  closers.use(two);
  const owned = closers.move();
  return {
    ...{ one, two, nats, database },
    async crashRooms() {
      await Promise.all(rooms.map((room) => room.kill()));
      rooms = await startRooms();
    },
    async api(method, path, body, headers = {}) {
      const response = await fetch(`http://${one.authority}/api${path}`, {
        method,
        headers: { "x-api-key": secrets.MADANG_API_KEY, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
