// Two well-behaved people in a thread of their own, so that what is measured is the site and not the tests beside it. One says something
// every 12 ms, the other hears it.
import { parentPort, workerData } from "node:worker_threads";
import { WebSocket } from "ws";

export interface PairReport {
  readonly phase: string;
  readonly sent: number;
  /** ms from the call to the other's ear. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** Acknowledged, and not heard by the other once, at the place that was acknowledged. */
  readonly lost: number;
  /** Sockets that were closed, and answers that were errors. */
  readonly troubles: readonly string[];
}
export type PairMessage = { phase: string } | "end";

const everyMs = 12;
const patienceMs = 5_000;

interface PairData {
  url: string;
  tokens: [string, string];
}

/** Of one message. */
interface Said {
  readonly phase: string;
  readonly at: number;
  acknowledged?: number;
  heard: { offset: number; at: number }[];
}

async function open(
  url: string,
  token: string,
  onLine: (line: Record<string, never>) => void,
  onTrouble: (what: string) => void,
) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.on("close", (code) => onTrouble(`closed ${code}`));
  const ready = new Promise<void>((resolve) => {
    socket.on("message", (data) => {
      for (const line of data.toString().split("\n")) {
        const message = JSON.parse(line);
        if (line === "{}") socket.send("{}");
        else if (message.error !== undefined) onTrouble(`error ${message.error.code}`);
        else if (message.subscribe !== undefined) resolve();
        else onLine(message);
      }
    });
  });
  socket.send(JSON.stringify({ id: 1, connect: { token } }));
  socket.send(JSON.stringify({ id: 2, subscribe: { channel: "live:pair" } }));
  await ready;
  return socket;
}

async function main({ url, tokens }: PairData): Promise<void> {
  const all = new Map<number, Said>();
  const troubles: string[] = [];
  const trouble = (what: string) => void troubles.push(what);
  const speaker = await open(
    url,
    tokens[0],
    ({ id, rpc }: { id?: number; rpc?: { data: { offset: number } } }) => {
      const said = id === undefined ? undefined : all.get(id);
      if (said !== undefined && rpc !== undefined) said.acknowledged = rpc.data.offset;
    },
    trouble,
  );
  const listener = await open(
    url,
    tokens[1],
    ({ push }: { push?: { pub?: { offset?: number; data: { n: number } } } }) => {
      const { offset, data } = push?.pub ?? {};
      if (offset !== undefined && data !== undefined) all.get(data.n)?.heard.push({ offset, at: performance.now() });
    },
    trouble,
  );
  let phase = "waking";
  let n = 2;
  const speaking = setInterval(() => {
    all.set(++n, { phase, at: performance.now(), heard: [] });
    speaker.send(JSON.stringify({ id: n, rpc: { method: "send", data: { channel: "live:pair", id: `n${n}`, data: { n } } } }));
  }, everyMs);
  parentPort?.postMessage("ready");
  await new Promise<void>((resolve) => {
    parentPort?.on("message", (message: PairMessage) => {
      if (message === "end") resolve();
      else phase = message.phase;
    });
  });
  clearInterval(speaking);
  const isOpen = ({ acknowledged, heard }: Said) => acknowledged === undefined || heard.length === 0;
  const deadline = performance.now() + patienceMs;
  while ([...all.values()].some(isOpen) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  parentPort?.postMessage(
    [...Map.groupBy(all.values(), (said) => said.phase)].map(([name, said]) => report(name, said, troubles)),
  );
  for (const socket of [speaker, listener]) {
    socket.removeAllListeners("close");
    socket.close();
  }
  parentPort?.close();
}

function report(phase: string, said: Said[], troubles: string[]): PairReport {
  const latencies = said.flatMap(({ at, heard }) => heard.slice(0, 1).map((one) => one.at - at)).sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  const isRight = ({ acknowledged, heard }: Said) =>
    acknowledged !== undefined && heard.length === 1 && heard[0]?.offset === acknowledged;
  const lost = said.filter((one) => !isRight(one)).length;
  return { phase, sent: said.length, p50: at(0.5), p99: at(0.99), worst: at(1), lost, troubles };
}

await main(workerData as PairData);
