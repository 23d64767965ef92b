/** The gateway, wired: sockets come in, commands go to rooms, and what rooms commit comes back through the hub. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  answerStatus,
  Bus,
  LeaseBucket,
  Membership,
  Pulse,
  RoomClient,
  Troubles,
  tellOfLeases,
  tellOfMembers,
  tellOfPulse,
} from "@madang/bus";
import { DisconnectCode, limits, newMemberId } from "@madang/contracts";
import { openLog } from "@madang/log";
import {
  assemble,
  collectMetrics,
  createLogger,
  type HealthServer,
  listen,
  type Service,
  StartError,
  serveHealth,
  startTracing,
  uncounted,
  within,
} from "@madang/runtime";
import { Blocks } from "./blocks.ts";
import { ChannelsSurvey } from "./channels.ts";
import type { GatewayConfig } from "./config.ts";
import { Existence } from "./existence.ts";
import { showGateway, trafficTimes } from "./figures.ts";
import { type Gateway, version } from "./gateway.ts";
import { HeadWatch } from "./head-watch.ts";
import { HeartsGatherer } from "./hearts.ts";
import { httpApp } from "./http.ts";
import { Hub } from "./hub.ts";
import { Identities } from "./identity.ts";
import { InfoSurvey } from "./info.ts";
import { boundSockets, httpTimeouts } from "./limits/http-bounds.ts";
import { DeadLettersDesk } from "./operate/dead-letters.ts";
import { OperateSurvey } from "./operate/survey.ts";
import { Orders } from "./orders.ts";
import { Outage } from "./outage.ts";
import { Owners } from "./owners.ts";
import { Past } from "./past.ts";
import { Pinned } from "./pinned.ts";
import { PresenceSurvey } from "./presence.ts";
import { RoomCards } from "./room-cards.ts";
import { SocketServer } from "./socket-server.ts";
import { SocketTable } from "./socket-table.ts";
import { Starts } from "./starts.ts";
import { Traffic } from "./traffic.ts";
import { ApiKeys } from "./trust/api-keys.ts";
import { KeySource } from "./trust/key-source.ts";
import { Revocations } from "./trust/revocations.ts";
import { KeySetError, TokenKeys } from "./trust/token-keys.ts";

export interface GatewayService extends Service {
  readonly port: number;
}

/** @throws StartError */
export function startGateway(config: GatewayConfig): Promise<GatewayService> {
  const logger = createLogger("gateway");
  return assemble({ what: "The gateway", logger }, async (closers) => {
    const self = newMemberId(config.name);
    const startedAt = performance.now();
    const tracing = await startTracing({ name: "gateway", instance: self, logger });
    closers.add(() => tracing.close());
    const metrics = config.health === undefined ? uncounted() : await collectMetrics("gateway");
    const traffic = new Traffic(metrics.counts ? trafficTimes(metrics.meter) : undefined);
    const onHandlerError = (error: unknown, subject: string) => logger.error({ error, subject }, "message not understood");
    const bus = await Bus.connect({ url: config.natsUrl, caFile: config.natsCaFile, name: self, onHandlerError });
    closers.add(() => bus.close());
    const opened = await openLog(bus.connection, { replicas: config.replicas, maxBytes: config.logMaxBytes });
    const { log } = opened;
    const membership = await Membership.join({
      bus,
      bucket: new LeaseBucket(bus, { replicas: config.replicas }),
      self: { kind: "gateway", member: self },
      report: (news) => tellOfMembers(logger, news),
      renewals: new Troubles((news) => tellOfLeases(logger, news)),
    });
    closers.add(() => membership.leave());
    const past = new Past({ bus, log, restoredAt: (room) => hub.get(room)?.view.restoredAt });
    const cards = new RoomCards({ bus, bucket: opened.cards });
    const blocks = new Blocks({ bus, bucket: opened.blocks, logger });
    closers.add(() => blocks.close());
    const revocations = new Revocations({ bus, bucket: opened.revoked, logger, now: Date.now });
    closers.add(() => revocations.close());
    // Nobody comes in while it is not known who may not.
    await within(limits.provisionWithinMs, revocations.readAll(), () => new StartError("The revoked tokens cannot be read."));
    const isBlocked = (author: string) => blocks.isBlocked(author);
    const sockets = new SocketTable({ traffic });
    const { windowMs } = config;
    const hub: Hub = new Hub({ bus, log, past, cards, logger, isBlocked, windowMs, sockets, traffic, tracing });
    closers.add(() => hub.close());
    const recheck = () => void Promise.all([hub.recheck(), blocks.recheck(), revocations.readAll()]);
    const members = () => membership.live("room");
    const owners = new Owners({ bus, members });
    const heads = new HeadWatch({ self, owners, hub });
    heads.start();
    closers.add(() => heads.close());
    const pulse = new Pulse({
      bus,
      self,
      report: (news) => {
        tellOfPulse(logger, news);
        // A server that found its peers again has not heard what they said meanwhile.
        if (news.kind === "well") recheck();
      },
    });
    pulse.start();
    closers.add(() => pulse.close());
    bus.onEvent((event) => {
      logger.info({ event }, "nats");
      if (event === "reconnected") recheck();
    });
    const rooms = new RoomClient({ bus, members });
    const tokenKeys = new TokenKeys({ secret: config.tokenSecret, ...config.tokens });
    if (config.keysFrom !== undefined) {
      const source = await new KeySource({ keys: tokenKeys, logger, from: config.keysFrom }).start().catch((cause: unknown) => {
        throw cause instanceof KeySetError ? new StartError(`MADANG_TOKEN_KEYS: ${cause.message}.`, { cause }) : cause;
      });
      closers.add(() => source.close());
    }
    const gateway: Gateway = {
      self,
      bus,
      log,
      hub,
      sockets,
      past,
      pinned: new Pinned({ hub, past }),
      cards,
      words: opened.words,
      blocks,
      revocations,
      logger,
      traffic,
      tracing,
      good: () => pulse.good,
      identities: new Identities({
        secret: config.tokenSecret,
        keys: tokenKeys,
        anonymous: config.anonymous,
        isRevoked: (marks) => revocations.refuses(marks),
      }),
      rooms,
      existence: new Existence({ by: config.rooms, bus, log, cards, hub }),
      starts: new Starts({ allowed: config.startRooms, limits: config.limits }),
      owners,
      hearts: new HeartsGatherer({ rooms }),
      presence: new PresenceSurvey({ self, bus, hub, gateways: () => membership.live("gateway") }),
      info: new InfoSurvey({ bus, gateways: () => membership.live("gateway").length }),
      channels: new ChannelsSurvey({ self, bus, hub, gateways: () => membership.live("gateway").length }),
      orders: new Orders({ self, bus, gateways: () => membership.live("gateway") }),
      operate: new OperateSurvey({ bus, members: (kind) => membership.live(kind), logger, now: Date.now }),
      deadLetters: new DeadLettersDesk({ bus, rooms, logger }),
      now: Date.now,
      pingIntervalMs: config.pingIntervalMs,
    };
    let draining = false;
    const ready = () => !draining && pulse.good && members().length > 0;
    const server = createServer(httpTimeouts, httpApp(gateway, { ...config, apiKeys: new ApiKeys(config.apiKeys), ready }));
    boundSockets(server, config);
    const socketServer = new SocketServer(gateway, server, config);
    const outage = new Outage({
      good: gateway.good,
      keepMs: config.outageMs,
      closeAll: (signal) => socketServer.closeAll(DisconnectCode.outOfService, { overMs: config.drainOverMs, signal }),
      report: (news) => logger.warn({ news, sockets: socketServer.counts().num_clients }, "without NATS"),
    });
    outage.start();
    closers.add(() => outage.close());
    const watchedRooms = () => [...hub.feeds()].filter(({ audience }) => audience > 0).length;
    gateway.info.answerWith(() => ({
      uid: self,
      name: config.name,
      version,
      ...socketServer.counts(),
      num_channels: watchedRooms(),
      uptime: Math.floor((performance.now() - startedAt) / 1000),
    }));
    revocations.follow((isRevoked) => socketServer.endRevoked(isRevoked));
    gateway.orders.obeyWith(socketServer, revocations);
    answerStatus({
      bus,
      logger,
      look: () => {
        const { num_clients: connections, num_users: users } = socketServer.counts();
        return {
          v: 1,
          kind: "gateway",
          now: {
            kind: "gateway",
            member: self,
            startedAt: Math.round(performance.timeOrigin + startedAt),
            ready: ready(),
            name: config.name,
            version,
            natsAnswers: pulse.good,
            sockets: socketServer.size,
            ...{ connections, users, rooms: watchedRooms() },
            opened: traffic.opened,
            closedSlow: traffic.closes.get(DisconnectCode.slow.code) ?? 0,
            closed: Object.fromEntries([...traffic.closes].filter(([, count]) => count > 0)),
          },
        };
      },
    });
    const state = () => {
      const watched = [...hub.feeds()].map(({ audience }) => audience);
      const subscriptions = watched.reduce((sum, audience) => sum + audience, 0);
      return { connections: socketServer.size, rooms: watched.length, subscriptions, natsGood: pulse.good, ready: ready() };
    };
    showGateway(metrics.meter, { traffic, state });
    let health: HealthServer | undefined;
    if (config.health !== undefined) {
      health = await serveHealth({ ...config.health, ready, metrics });
      closers.add(() => health?.close());
    }
    await listen(server, { ...config.http, backlog: limits.acceptBacklog });
    closers.add(async () => {
      socketServer.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    });
    const { port } = server.address() as AddressInfo;
    logger.info({ member: self, port, healthPort: health?.port }, "ready");
    return {
      port,
      ready,
      leaveWithinMs: config.drainWaitMs + config.drainOverMs + limits.drainRestMs,
      drain: async () => {
        draining = true;
        logger.info({ sockets: socketServer.counts().num_clients }, "sending sockets away");
        // Until then it is a member like any other: who is still here is served, counted and can be banned.
        await socketServer.drain({ waitMs: config.drainWaitMs, overMs: config.drainOverMs });
        await membership.leave();
        // Nobody watches here any more, and rooms need not wait until they miss us.
        await heads.report();
      },
    };
  });
}
