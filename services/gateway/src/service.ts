/** The gateway, wired: sockets come in, commands go to rooms, and what rooms commit comes back through the hub. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Bus, LeaseBucket, Membership, Pulse, Troubles, tellOfLeases, tellOfMembers, tellOfPulse } from "@madang/bus";
import { DisconnectCode, limits, newMemberId } from "@madang/contracts";
import { openLog } from "@madang/log";
import { assemble, createLogger, listen, type Service } from "@madang/runtime";
import { Blocks } from "./blocks.ts";
import { ChannelsSurvey } from "./channels.ts";
import type { GatewayConfig } from "./config.ts";
import { type Gateway, version } from "./gateway.ts";
import { HeadWatch } from "./head-watch.ts";
import { HeartsGatherer } from "./hearts.ts";
import { httpApp } from "./http.ts";
import { Hub } from "./hub.ts";
import { Identities } from "./identity.ts";
import { InfoSurvey } from "./info.ts";
import { Orders } from "./orders.ts";
import { Outage } from "./outage.ts";
import { Owners } from "./owners.ts";
import { Past } from "./past.ts";
import { PresenceSurvey } from "./presence.ts";
import { RoomCards } from "./room-cards.ts";
import { RoomClient } from "./room-client.ts";
import { SocketServer } from "./socket-server.ts";

export interface GatewayService extends Service {
  readonly port: number;
}

/** @throws StartError */
export function startGateway(config: GatewayConfig): Promise<GatewayService> {
  const logger = createLogger("gateway");
  return assemble({ what: "The gateway", logger }, async (closers) => {
    const self = newMemberId(config.name);
    const startedAt = performance.now();
    const onHandlerError = (error: unknown, subject: string) => logger.error({ error, subject }, "message not understood");
    const bus = await Bus.connect({ url: config.natsUrl, name: self, onHandlerError });
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
    const past = new Past({ bus, log });
    const cards = new RoomCards({ bus, bucket: opened.cards });
    const blocks = new Blocks({ bus, bucket: opened.blocks, logger });
    closers.add(() => blocks.close());
    const isBlocked = (author: string) => blocks.isBlocked(author);
    const hub = new Hub({ bus, log, past, cards, logger, isBlocked, windowMs: config.windowMs });
    closers.add(() => hub.close());
    const recheck = () => void Promise.all([hub.recheck(), blocks.recheck()]);
    const heads = new HeadWatch({ self, bus, hub, members: () => membership.live("room") });
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
    const rooms = new RoomClient({ bus, members: () => membership.live("room") });
    const gateway: Gateway = {
      self,
      bus,
      log,
      hub,
      past,
      cards,
      words: opened.words,
      blocks,
      logger,
      good: () => pulse.good,
      identities: new Identities({ secret: config.tokenSecret, anonymous: config.anonymous }),
      rooms,
      owners: new Owners({ bus, members: () => membership.live("room") }),
      hearts: new HeartsGatherer({ rooms }),
      presence: new PresenceSurvey({ self, bus, hub, gateways: () => membership.live("gateway") }),
      info: new InfoSurvey({ bus, gateways: () => membership.live("gateway").length }),
      channels: new ChannelsSurvey({ self, bus, hub, gateways: () => membership.live("gateway").length }),
      orders: new Orders({ self, bus, gateways: () => membership.live("gateway") }),
      now: Date.now,
      pingIntervalMs: config.pingIntervalMs,
    };
    let draining = false;
    const ready = () => !draining && pulse.good && membership.live("room").length > 0;
    const server = createServer(httpApp(gateway, { apiKey: config.apiKey, webDirectory: config.webDirectory, ready }));
    const sockets = new SocketServer(gateway, server);
    const outage = new Outage({
      good: gateway.good,
      keepMs: config.outageMs,
      closeAll: (signal) => sockets.closeAll(DisconnectCode.outOfService, { overMs: config.drainOverMs, signal }),
      report: (news) => logger.warn({ news, sockets: sockets.counts().num_clients }, "without NATS"),
    });
    outage.start();
    closers.add(() => outage.close());
    gateway.info.answerWith(() => ({
      uid: self,
      name: config.name,
      version,
      ...sockets.counts(),
      num_channels: [...hub.feeds()].filter(({ audience }) => audience > 0).length,
      uptime: Math.floor((performance.now() - startedAt) / 1000),
    }));
    gateway.orders.obeyWith(sockets);
    await listen(server, config.http);
    closers.add(async () => {
      sockets.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    });
    const { port } = server.address() as AddressInfo;
    logger.info({ member: self, port }, "ready");
    return {
      port,
      ready,
      leaveWithinMs: config.drainWaitMs + config.drainOverMs + limits.drainRestMs,
      drain: async () => {
        draining = true;
        logger.info({ sockets: sockets.counts().num_clients }, "sending sockets away");
        // Until then it is a member like any other: who is still here is served, counted and can be banned.
        await sockets.drain({ waitMs: config.drainWaitMs, overMs: config.drainOverMs });
        await membership.leave();
        // Nobody watches here any more, and rooms need not wait until they miss us.
        await heads.report();
      },
    };
  });
}
