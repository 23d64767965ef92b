/** The room service, wired: commands come in by the intake, each room's actor decides, its log remembers. */
import { Directory } from "@madang/actor";
import { Bus, LeaseBucket, Membership, Pulse, Troubles, tellOfLeases, tellOfMembers, tellOfPulse } from "@madang/bus";
import {
  type Counters,
  decodeJson,
  encodeJson,
  limits,
  newMemberId,
  type Position,
  type RoomId,
  type Signal,
  StoreHeadReply,
  subjects,
} from "@madang/contracts";
import { DeadLetters, Fenced, openLog } from "@madang/log";
import {
  assemble,
  collectMetrics,
  createLogger,
  type HealthServer,
  pause,
  type Service,
  serveHealth,
  startTracing,
  uncounted,
} from "@madang/runtime";
import { ClaimTurns, NoTurn } from "./claim-turns.ts";
import type { RoomConfig } from "./config.ts";
import { CommitFigures, RoomReplies, showRooms } from "./figures.ts";
import { findEvent } from "./find-event.ts";
import { findGift } from "./find-gift.ts";
import { answerHeads, type LiveRooms } from "./heads.ts";
import { Intake, replyToRejection } from "./intake.ts";
import { answerOperators } from "./operate.ts";
import { NotOwner, Placement } from "./placement.ts";
import { Reviews } from "./reviews.ts";
import { type RoomMessage, restartHelps, startRoomActor } from "./room-actor.ts";
import { StandIns } from "./stand-ins.ts";
import { WordLists } from "./word-lists.ts";

/** @throws StartError */
export function startRoomService(config: RoomConfig): Promise<Service> {
  const logger = createLogger("room");
  return assemble({ what: "The room service", logger }, async (closers) => {
    const self = newMemberId(config.name);
    const tracing = await startTracing({ name: "room", instance: self, logger });
    closers.add(() => tracing.close());
    const metrics = config.health === undefined ? uncounted() : await collectMetrics("room");
    const replies = new RoomReplies();
    const onHandlerError = (error: unknown, subject: string) => logger.error({ error, subject }, "message not understood");
    const bus = await Bus.connect({ url: config.natsUrl, caFile: config.natsCaFile, name: self, onHandlerError });
    closers.add(() => bus.close());
    const pulse = new Pulse({ bus, self, report: (news) => tellOfPulse(logger, news) });
    pulse.start();
    closers.add(() => pulse.close());
    const { log, dedupe, gifts, cards, words } = await openLog(bus.connection, {
      requester: bus.requests,
      replicas: config.replicas,
      maxBytes: config.logMaxBytes,
      storeHead: (room) => storeHead(bus, room),
      watch: new CommitFigures(metrics.meter),
    });
    const bucket = new LeaseBucket(bus, { replicas: config.replicas });
    const membership = await Membership.join({
      bus,
      bucket,
      self: { kind: "room", member: self },
      report: (news) => tellOfMembers(logger, news),
      renewals: new Troubles((news) => tellOfLeases(logger, news)),
    });
    closers.add(() => membership.leave());
    const deadLetters = new DeadLetters(bus.connection);
    const placement = new Placement({ self, bus, membership, steady: () => bucket.led() });
    const lists = new WordLists({ bus, bucket: words, onError: (error) => logger.warn({ error }, "banned words not read") });
    await lists.open();
    closers.add(() => lists.close());
    const reviews = new Reviews(logger);
    const tell = (room: RoomId, counters: Counters) =>
      bus.publish(subjects.signal(room), encodeJson({ v: 1, type: "counters", counters } satisfies Signal));
    const live: LiveRooms = new Map();
    answerHeads({ bus, self, live });
    const lost = { count: 0 };
    const turns = new ClaimTurns();
    const closing = new AbortController();
    closers.add(() => closing.abort());
    const standIns = new StandIns({
      report: (news) => logger.info(news, "rooms claimed in the place of a member that gives no sign of life"),
      // So long a dead member stands before us.
      pause: () => pause(limits.memberTtlMs, closing.signal),
    });
    const rooms = new Directory<RoomId, RoomMessage>({
      start: (id, actor) =>
        turns.with(async () => {
          const inPlaceOf = await placement.mayClaim(id);
          const handleClosed = await lists.use(id);
          const life = await startRoomActor({
            ...{ id, self: actor, live, owner: self, log, segments: dedupe, cards, reviews, tell, now: Date.now, logger },
            gifts,
            samplePerS: config.samplePerS,
            judge: (room, text) => lists.judge(room, text),
            find: (room, offset) => findEvent({ log, bus }, room, offset),
            findGift: (room, id) => findGift(bus, room, id),
            handleClosed,
            hearts: (count) => {
              replies.hearts += count;
            },
          });
          if (inPlaceOf !== undefined) standIns.add(inPlaceOf);
          return life;
        }),
      reject: (message, why, room) => {
        // As many as there are messages: what was the matter is said once, by whoever decides on it.
        if (why.kind !== "overloaded") logger.debug({ room, why: why.kind }, "not handled");
        if (message.kind === "command") message.reply(replyToRejection(why));
      },
      deadLetter: (room, message, error) => {
        if (message.kind !== "command") return;
        const reason = error instanceof Error ? error.message : String(error);
        const letter = { source: "room", room, reason, body: encodeJson(message.command) } as const;
        void deadLetters.add(letter).catch((lost: unknown) => logger.error({ error: lost, room }, "dead letter not kept"));
      },
      onFailure: (error, { key, phase }) => {
        if (error instanceof Fenced) {
          lost.count++;
          placement.handleLost(key);
        }
        const helps = restartHelps(error);
        const level = helps ? "error" : error instanceof NotOwner || error instanceof NoTurn ? "debug" : "info";
        logger[level]({ error, room: key, phase }, helps ? "room failed" : "room given up");
        return helps ? "restart" : "stop";
      },
      onError: (error, at) => logger.error({ error, ...at }, "room failed"),
      limits: {
        mailboxSize: limits.mailboxSize,
        idleAfterMs: limits.roomIdleMs,
        startTimeoutMs: limits.roomStartMs,
        // A save, and a close, wait for the commit on its way, which has a deadline of its own.
        closeTimeoutMs: limits.settledWithinMs,
        messageTimeoutMs: limits.settledWithinMs,
      },
    });
    showRooms(metrics.meter, { rooms, live, lost, replies });
    const intake = new Intake({ bus, self, rooms, tracing, replies });
    let health: HealthServer | undefined;
    let draining = false;
    const ready = () => !draining && pulse.good;
    const operators = answerOperators({ bus, self, rooms, live, ready, logger });
    if (config.health !== undefined) {
      health = await serveHealth({ ...config.health, ready, metrics });
      closers.add(() => health?.close() ?? Promise.resolve());
    }
    logger.info({ member: self, healthPort: health?.port }, "ready");
    return {
      ready,
      // Out of the members first, so that gateways ask elsewhere; what still comes hears `moved`.
      drain: async () => {
        draining = true;
        await membership.leave();
        // Nobody waits for it any more, and it must not answer in the place of one that is waited for.
        operators.close();
        await rooms.drain(limits.drainMs);
        intake.close();
      },
    };
  });
}

/** @throws when no persistence answers */
async function storeHead(bus: Bus, room: RoomId): Promise<Position | undefined> {
  const reply = await bus.request(subjects.storeHead, encodeJson({ v: 1, room }), { timeoutMs: limits.storeHeadMs });
  return decodeJson(StoreHeadReply, reply).head;
}
