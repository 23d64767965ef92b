/**
 * Layer A: the real gateway, sockets to feeds, over a bus and a log in memory, and the batches of a room that is not there. No broker and
 * no other process is measured with it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Bus, BusMessage } from "@madang/bus";
import { RoomClient } from "@madang/bus";
import { type Epoch, encodeBatch, eventEntry, type MemberId, type Publication, RoomId, subjects } from "@madang/contracts";
import { EventLog, MemoryBucket, MemoryRecordStore, Registry, Snapshots } from "@madang/log";
import { createLogger, untraced } from "@madang/runtime";
import { Blocks } from "../../services/gateway/src/blocks.ts";
// Not by the package's door, which opens on a whole service: this is the one place that takes the gateway apart.
import { ChannelsSurvey } from "../../services/gateway/src/channels.ts";
import { gatewayConfig } from "../../services/gateway/src/config.ts";
import { Existence } from "../../services/gateway/src/existence.ts";
import type { Gateway } from "../../services/gateway/src/gateway.ts";
import { HeartsGatherer } from "../../services/gateway/src/hearts.ts";
import { Hub } from "../../services/gateway/src/hub.ts";
import { Identities } from "../../services/gateway/src/identity.ts";
import { InfoSurvey } from "../../services/gateway/src/info.ts";
import { noLimits } from "../../services/gateway/src/limits/door-limits.ts";
import { DeadLettersDesk } from "../../services/gateway/src/operate/dead-letters.ts";
import { OperateSurvey } from "../../services/gateway/src/operate/survey.ts";
import { Orders } from "../../services/gateway/src/orders.ts";
import { Owners } from "../../services/gateway/src/owners.ts";
import { Past } from "../../services/gateway/src/past.ts";
import { Pinned } from "../../services/gateway/src/pinned.ts";
import { PresenceSurvey } from "../../services/gateway/src/presence.ts";
import { RoomCards } from "../../services/gateway/src/room-cards.ts";
import { SocketServer } from "../../services/gateway/src/socket-server.ts";
import { SocketTable } from "../../services/gateway/src/socket-table.ts";
import { Starts } from "../../services/gateway/src/starts.ts";
import { Traffic } from "../../services/gateway/src/traffic.ts";
import { Revocations } from "../../services/gateway/src/trust/revocations.ts";
import type { Comment } from "../src/comment.ts";
import { roomName } from "../src/generator/protocols.ts";
import { serve } from "./serve.ts";

/** Messages go round within this process. Nobody answers requests. */
class MemoryBus {
  readonly #handlers = new Map<string, Set<(message: BusMessage) => void>>();

  subscribe(subject: string, handler: (message: BusMessage) => void) {
    const handlers = this.#handlers.get(subject) ?? new Set();
    this.#handlers.set(subject, handlers.add(handler));
    return { close: () => void handlers.delete(handler) };
  }

  publish(subject: string, data: Uint8Array): void {
    const message: BusMessage = { subject, data, header: () => "", respond: () => {} };
    for (const handler of this.#handlers.get(subject) ?? []) handler(message);
  }

  async flush(): Promise<void> {}

  async request(subject: string): Promise<never> {
    throw new Error(`nobody answers on ${subject}`);
  }

  async survey(): Promise<Uint8Array[]> {
    return [];
  }
}

const secret = "a secret for a bench only";
const config = gatewayConfig({
  ...process.env,
  NATS_URL: "nats://127.0.0.1:1",
  MADANG_TOKEN_SECRET: secret,
  MADANG_API_KEY: secret,
});
const self = "gateway-in-memory" as MemberId;
const epoch = "in-memory" as Epoch;
const memory = new MemoryBus();
const bus = memory as unknown as Bus;
const log = new EventLog({
  records: new MemoryRecordStore(),
  registry: new Registry(new MemoryBucket()),
  snapshots: new Snapshots(new MemoryBucket()),
  epoch,
});
const logger = createLogger("gateway");
const past = new Past({ bus, log });
const cards = new RoomCards({ bus, bucket: new MemoryBucket() });
const blocks = new Blocks({ bus, bucket: new MemoryBucket(), logger });
const revocations = new Revocations({ bus, bucket: new MemoryBucket(), logger, now: Date.now });
const isBlocked = (author: string) => blocks.isBlocked(author);
const traffic = new Traffic();
const sockets = new SocketTable({ traffic });
const hub = new Hub({ bus, log, past, cards, logger, isBlocked, windowMs: config.windowMs, sockets, traffic });
const rooms = new RoomClient({ bus, members: () => [] });
const gateway: Gateway = {
  self,
  bus,
  log,
  hub,
  past,
  pinned: new Pinned({ hub, past }),
  cards,
  words: new MemoryBucket(),
  blocks,
  revocations,
  logger,
  sockets,
  traffic,
  tracing: untraced,
  good: () => true,
  identities: new Identities({ secret, anonymous: true }),
  rooms,
  existence: new Existence({ by: "anybody", bus, log, cards, hub }),
  starts: new Starts({ allowed: false, limits: noLimits }),
  owners: new Owners({ bus, members: () => [] }),
  hearts: new HeartsGatherer({ rooms }),
  presence: new PresenceSurvey({ self, bus, hub, gateways: () => [self] }),
  info: new InfoSurvey({ bus, gateways: () => 1 }),
  channels: new ChannelsSurvey({ self, bus, hub, gateways: () => 1 }),
  orders: new Orders({ self, bus, gateways: () => [self] }),
  operate: new OperateSurvey({ bus, members: () => [], logger, now: Date.now }),
  deadLetters: new DeadLettersDesk({ bus, rooms, logger }),
  now: Date.now,
  pingIntervalMs: config.pingIntervalMs,
};
const server = createServer();
new SocketServer(gateway, server);

const heads = new Map<number, number>();
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => serve((server.address() as AddressInfo).port, commit));

/** What the room does, and JetStream after it: one batch of one comment, on the room's live subject. */
function commit(comment: Comment, room: number): void {
  const offset = (heads.get(room) ?? 0) + 1;
  heads.set(room, offset);
  const time = Date.now();
  const event = {
    data: { ...comment },
    info: { user: "anon_0123456789abcdef", client: "8d3b6c9e-4f25-4a94-9d8c-5f2a1b0c7e6d" },
    offset,
    tags: { type: "posted", id: comment.id, time: String(time) },
  } as unknown as Publication;
  const batch = encodeBatch({ epoch, head: offset, time, entries: [eventEntry(event)] });
  memory.publish(subjects.live(RoomId.parse(roomName(room))), batch);
}
