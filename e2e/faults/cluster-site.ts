// The large form on one machine: three nats-servers, three rooms, two gateways, two persistence, one database.
import { type MemberId, MemberId as MemberIds, type RoomId, rendezvous } from "@madang/contracts";
import { type ClusterNode, type Cuttable, cuttable, type TestNatsCluster, testDatabase, testNatsCluster } from "@madang/devkit";
import { project, type Site, startService } from "../support/processes.ts";

export interface Member {
  readonly name: string;
  running: Site | undefined;
  /** Its ways to the NATS servers, one for each. */
  readonly links: readonly Cuttable[];
  /** Starts the same replica anew, where it does not run. */
  start(): Promise<void>;
  /** As `start`, and from now on as this checkout has it, where the site began with a former release. */
  upgrade(): Promise<void>;
}

export interface ClusterSite extends AsyncDisposable {
  readonly nats: TestNatsCluster;
  readonly rooms: readonly Member[];
  readonly gateways: readonly Member[];
  readonly persistence: readonly Member[];
  /** One address before both gateways: each new connection goes to the next one that lives. */
  readonly socketUrl: string;
  readonly databaseUrl: string;
  /** The way from persistence to the database. */
  readonly databaseRoad: Cuttable;
  /** One more for a while, which knows one NATS server alone. It ends with a SIGKILL. */
  join(kind: "room" | "gateway", name: string, node: ClusterNode): Promise<Site>;
  /** The room service that runs a room now, as every gateway finds it. */
  ownerOf(room: RoomId): Member;
}

/** Two gateways leave in a rolling restart: the balancer here notices at once. */
const gatewaySettings = { MADANG_DRAIN_WAIT_MS: "500" };
const replicas = { MADANG_REPLICAS: "3", MADANG_LOG_MAX_BYTES: String(256 * 1024 * 1024) };

/** `release`: the folder of a former release that the services are of at first. */
export async function startClusterSite({ release = project }: { release?: string } = {}): Promise<ClusterSite> {
  const closers = new AsyncDisposableStack();
  try {
    const nats = closers.use(await testNatsCluster());
    const database = closers.use(await testDatabase());
    const member = async (kind: "room" | "gateway" | "persistence", name: string, more: Record<string, string> = {}) => {
      const links = await Promise.all(nats.nodes.map(async ({ url }) => closers.use(await cuttable(Number(new URL(url).port)))));
      let root = release;
      const self: Member = {
        name,
        running: undefined,
        links,
        start: async () => {
          const NATS_URL = links.map(({ port }) => `nats://127.0.0.1:${port}`).join(",");
          self.running ??= await startService(kind, { ...replicas, NATS_URL, MADANG_NAME: name, ...more }, root);
        },
        upgrade: () => {
          root = project;
          return self.start();
        },
      };
      closers.defer(async () => void (await self.running?.kill()));
      await self.start();
      return self;
    };
    // One first: it makes the streams, which a young cluster takes its time for.
    const databaseRoad = closers.use(await cuttable(Number(new URL(database.url).port)));
    const behindRoad = new URL(database.url);
    behindRoad.port = String(databaseRoad.port);
    const stores = { DATABASE_URL: behindRoad.href };
    const persistence = [await member("persistence", "store-1", stores)];
    const [rooms, gateways] = await Promise.all([
      Promise.all(["room-1", "room-2", "room-3"].map((name) => member("room", name))),
      Promise.all(["gateway-1", "gateway-2"].map((name) => member("gateway", name, gatewaySettings))),
      member("persistence", "store-2", stores).then((second) => persistence.push(second)),
    ]);
    let turn = 0;
    const balancer: Cuttable = closers.use(
      await cuttable(() => {
        const alive = gateways.flatMap(({ running }) => running ?? []);
        return Number(alive[turn++ % alive.length]?.authority.split(":")[1] ?? 1);
      }),
    );
    return {
      nats,
      rooms,
      gateways,
      persistence,
      socketUrl: `ws://127.0.0.1:${balancer.port}/connection/websocket`,
      databaseUrl: database.url,
      databaseRoad,
      join: (kind, name, node) => startService(kind, { ...replicas, NATS_URL: node.url, MADANG_NAME: name }),
      ownerOf: (room) => {
        const byId = new Map(rooms.flatMap((one) => (one.running ? [[memberIdOf(one.running), one] as const] : [])));
        const owner = byId.get(rendezvous(room, byId.keys())[0] as MemberId);
        if (owner === undefined) throw new Error("no room service runs");
        return owner;
      },
      [Symbol.asyncDispose]: () => closers.disposeAsync(),
    };
  } catch (error) {
    await closers.disposeAsync();
    throw error;
  }
}

/** The id under which a room service says that it is a member. */
export function memberIdOf(running: Site): MemberId {
  return MemberIds.parse(/"member":"([^"]+)"[^\n]*"msg":"ready"/.exec(running.output())?.[1]);
}
