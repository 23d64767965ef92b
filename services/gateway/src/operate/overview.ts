/** What every service has said of itself, as one picture. Pure. */
import {
  type ActorNow,
  limits,
  type MemberId,
  type MemberKind,
  type OperateOverview,
  type StatusReply,
  type StreamNow,
  streamName,
} from "@madang/contracts";

export interface Expected {
  readonly kind: MemberKind;
  readonly member: MemberId;
}

/** `time`: server time, ms. */
export function overviewOf(replies: readonly StatusReply[], expected: readonly Expected[], time: number): OperateOverview {
  const rooms = replies.flatMap((reply) => (reply.kind === "room" ? [reply] : []));
  const stores = replies.flatMap((reply) => (reply.kind === "persistence" ? [reply] : []));
  const leases = stores.flatMap((reply) => reply.leases).sort((a, b) => (a.lease < b.lease ? -1 : 1));
  const audit = stores.find((reply) => reply.audit !== undefined)?.audit;
  const deadLetters = stores.find((reply) => reply.deadLetters !== undefined)?.deadLetters;
  const members = replies.map(({ now }) => now).sort((a, b) => (a.kind + a.member < b.kind + b.member ? -1 : 1));
  return {
    ...gathered(
      expected,
      members.map(({ member }) => member),
      time,
    ),
    members,
    rooms: rooms
      .flatMap(({ busiest }) => busiest)
      .sort(byActivity)
      .slice(0, limits.operateRooms),
    troubled: rooms
      .flatMap(({ troubled }) => troubled)
      .sort((a, b) => (a.state === b.state ? 0 : a.state === "quarantined" ? -1 : 1))
      .slice(0, limits.operateRooms),
    leases,
    streams: Array.from({ length: limits.streams }, (_, shard) =>
      streamOf(
        streamName(shard),
        stores.flatMap(({ streams }) => streams),
      ),
    ),
    ...(audit && { audit }),
    ...(deadLetters && { deadLetters }),
  };
}

export function gathered(expected: readonly Expected[], answered: readonly MemberId[], time: number) {
  const missing = expected.filter(({ member }) => !answered.includes(member));
  return { time, partial: missing.length > 0, missing };
}

/** Its holder knows best; how far behind it is, any other can tell as well. */
function streamOf(stream: string, all: readonly StreamNow[]): StreamNow {
  const seen = all.filter((one) => one.stream === stream);
  const held = seen.filter(({ since }) => since !== undefined).sort((a, b) => (b.since ?? 0) - (a.since ?? 0));
  return { stream, ...seen.find(({ lagRecords }) => lagRecords !== undefined), ...held[0] };
}

const byActivity = (a: ActorNow, b: ActorNow) =>
  (b.live?.commentsPerS ?? 0) - (a.live?.commentsPerS ?? 0) || (b.live?.viewers ?? 0) - (a.live?.viewers ?? 0);
