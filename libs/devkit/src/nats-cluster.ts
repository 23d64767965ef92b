// Three real nats-servers that hold every record together, with roads between them that can be cut.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NatsServer, pause, startNatsServer } from "@madang/runtime";
import { type Cuttable, cuttable } from "./cuttable.ts";
import { freePorts } from "./free-ports.ts";
import { type NatsLine, natsBinary } from "./nats-binary.ts";
import { probeCluster } from "./nats-cluster-probe.ts";

const lameDuckMs = 1_500;

export interface ClusterNode {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  /** With -9, as a crash would. */
  kill(): Promise<void>;
  /** Tells its clients to go elsewhere and hands its leaderships over, as before a planned restart, which is to follow; then it is gone. */
  lameDuck(): Promise<void>;
  /** Starts it again on the same port and store. */
  restart(): Promise<void>;
  /** Cuts it off from its peers, not from its clients. */
  isolate(): void;
  rejoin(): void;
}

export interface TestNatsCluster extends AsyncDisposable {
  readonly nodes: readonly ClusterNode[];
  /** All addresses, with commas. */
  readonly url: string;
}

/** Resolves once all three take clients. JetStream elects its leaders after that; those of 2.10 have elected one that counts all three. */
export async function testNatsCluster(options: { syncAlways?: boolean; line?: NatsLine } = {}): Promise<TestNatsCluster> {
  const { syncAlways = true, line } = options;
  const directory = mkdtempSync(join(tmpdir(), "madang-test-cluster-"));
  const names = ["n1", "n2", "n3"];
  let ports: number[] = [];
  const clusterPort = (index: number) => ports[index] ?? 0;
  const clientPort = (index: number) => ports[names.length + index] ?? 0;
  // One road for each pair and direction: a server reaches its peers by its own roads alone.
  const roads: { from: number; to: number; road: Cuttable }[] = [];
  for (const from of names.keys())
    for (const to of names.keys()) if (from !== to) roads.push({ from, to, road: await cuttable(() => clusterPort(to)) });
  // After the roads, which would be given these.
  ports = await freePorts(2 * names.length);

  const start = (index: number): Promise<NatsServer> =>
    startNatsServer({
      binary: natsBinary(line),
      directory: join(directory, names[index] ?? ""),
      port: clientPort(index),
      maxFileBytes: 1024 * 1024 * 1024,
      maxMemoryBytes: 128 * 1024 * 1024,
      durability: syncAlways ? "power" : "process",
      cluster: {
        name: "test",
        serverName: names[index] ?? "",
        port: clusterPort(index),
        routes: roads.filter(({ from }) => from === index).map(({ road }) => `127.0.0.1:${road.port}`),
      },
    });
  const servers = await Promise.all(names.map((_, index) => start(index)));
  const at = (index: number) => servers[index] as NatsServer;
  const roadsOf = (index: number) => roads.filter(({ from, to }) => from === index || to === index);

  const kill = async (index: number) => {
    try {
      process.kill(at(index).pid, "SIGKILL");
    } catch (error) {
      // It was faster.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
    await at(index).exited;
  };

  const nodes = names.map(
    (name, index): ClusterNode => ({
      name,
      url: at(index).url,
      get pid() {
        return at(index).pid;
      },
      kill: () => kill(index),
      lameDuck: async () => {
        process.kill(at(index).pid, "SIGUSR2");
        // It ends by itself when its last client has left. For those that never leave it would wait minutes, and hear no other signal:
        // an orchestrator's patience ends like this, too.
        await Promise.race([at(index).exited, pause(lameDuckMs)]);
        await kill(index);
      },
      restart: async () => {
        await at(index).stop();
        servers[index] = await start(index);
      },
      isolate: () => {
        for (const { road } of roadsOf(index)) road.cut();
      },
      rejoin: () => {
        for (const { road } of roadsOf(index)) road.mend();
      },
    }),
  );
  const cluster: TestNatsCluster = {
    nodes,
    url: nodes.map(({ url }) => url).join(","),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(names.map((_, index) => at(index).stop()));
      for (const { road } of roads) await road[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  if (line === "2.10") await countEach(cluster);
  return cluster;
}

/** As an operator would: restarts one after another, until a leader counts them all. Where none does, nothing is left running. */
async function countEach(cluster: TestNatsCluster): Promise<void> {
  try {
    if ((await probeCluster(cluster.url)) === "whole") return;
    for (const node of cluster.nodes) {
      await node.restart();
      if ((await probeCluster(cluster.url)) === "whole") return;
    }
    throw new Error("the cluster leaves one of its three servers out, whoever leads it");
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}
