/** What `GET /metrics` says of the rooms of this replica. */
import type { Directory, DirectoryStats } from "@madang/actor";
import { ErrorCode, type RoomId, type RoomReply } from "@madang/contracts";
import { type CommitWatch, Fenced, LogFull, LogUnavailable, OutcomeUnknown } from "@madang/log";
import { durations, type Figure, type Histogram, type Meter, showFigures, sizes } from "@madang/runtime";
import type { LiveRooms } from "./heads.ts";
import type { RoomMessage } from "./room-actor.ts";

interface Rooms {
  readonly stats: DirectoryStats;
  readonly live: number;
  readonly lost: number;
}

const figures: readonly Figure<Rooms>[] = [
  {
    name: "madang_rooms_live",
    kind: "gauge",
    value: ({ live }) => live,
    description: "Rooms that this replica owns and has in memory",
  },
  {
    name: "madang_room_claims",
    kind: "counter",
    value: ({ stats }) => stats.starts,
    description: "Times a room was to be claimed here",
  },
  {
    name: "madang_rooms_lost",
    kind: "counter",
    value: ({ lost }) => lost,
    description: "Rooms that another replica took, or was faster to claim",
  },
  {
    name: "madang_room_restarts",
    kind: "counter",
    value: ({ stats }) => stats.restarts,
    description: "Restarts after an unexpected failure",
  },
  {
    name: "madang_rooms_quarantined",
    kind: "gauge",
    value: ({ stats }) => stats.states.quarantined,
    description: "Rooms that failed too often",
  },
  {
    name: "madang_room_messages",
    kind: "counter",
    value: ({ stats }) => stats.handled,
    description: "Commands and ticks handled",
  },
  {
    name: "madang_room_waiting",
    kind: "gauge",
    value: ({ stats }) => stats.depth.total,
    description: "Messages that wait in mailboxes",
  },
  {
    name: "madang_room_waiting_most",
    kind: "gauge",
    value: ({ stats }) => stats.depth.max,
    description: "Messages that wait in the fullest mailbox",
  },
  {
    name: "madang_room_passivations",
    kind: "counter",
    value: ({ stats }) => stats.passivated,
    description: "Rooms that were put to sleep since nobody spoke",
  },
  {
    name: "madang_room_dead_letters",
    kind: "counter",
    value: ({ stats }) => stats.deadLetters,
    description: "Commands that failed again and again",
  },
];

const refused: Figure<number> = {
  name: "madang_room_rejected",
  kind: "counter",
  value: (times) => times,
  description: "Messages that no room handled, by reason",
};

/** What rooms answered. */
export class RoomReplies {
  readonly kinds = new Map<RoomReply["kind"], number>();
  readonly refusals = new Map<number, number>();
  hearts = 0;

  count(reply: RoomReply): void {
    this.kinds.set(reply.kind, (this.kinds.get(reply.kind) ?? 0) + 1);
    if (reply.kind !== "refused") return;
    const { code } = reply.refusal;
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }
}

const replyKinds: readonly RoomReply["kind"][] = ["committed", "counted", "refused", "moved", "unknown"];

const count = (name: string, description: string): Figure<number> => ({
  name,
  kind: "counter",
  value: (times) => times,
  description,
});
const answered = count("madang_room_replies", "Answers to commands, by kind");
const declined = count("madang_room_refusals", "Refusals in answers to commands, by code");
const hearts = count("madang_room_hearts", "Hearts that were counted");
const ended = count("madang_room_commits", "Batches, by what became of them");
const doubts = count("madang_room_commits_in_doubt", "Batches whose append had no clear answer at first");

/** What became of a batch. `ambiguous`: nobody knows whether it is stored. */
const outcomes = ["stored", "fenced", "ambiguous", "full", "unavailable", "failed"] as const;
type Outcome = (typeof outcomes)[number];

function outcomeOf(failure: Error | undefined): Outcome {
  if (failure === undefined) return "stored";
  if (failure instanceof Fenced) return "fenced";
  if (failure instanceof OutcomeUnknown) return "ambiguous";
  if (failure instanceof LogFull) return "full";
  return failure instanceof LogUnavailable ? "unavailable" : "failed";
}

/** Counts every commit of every room. */
export class CommitFigures implements CommitWatch {
  readonly #ended = new Map<Outcome, number>(outcomes.map((outcome) => [outcome, 0]));
  readonly #durations: Histogram;
  readonly #sizes: Histogram;
  #doubts = 0;

  constructor(meter: Meter) {
    this.#durations = durations(
      meter,
      "madang_room_commit_duration_seconds",
      "From a batch's first try to its end, in seconds: of those that are stored",
    );
    this.#sizes = sizes(meter, "madang_room_commit_lines", "Lines in a batch, of those that are stored");
    showFigures(meter, [ended], () => [...this.#ended].map(([outcome, times]) => [{ outcome }, times]));
    showFigures(meter, [doubts], () => [[{}, this.#doubts]]);
  }

  ended(entries: number, ms: number, failure: Error | undefined): void {
    const outcome = outcomeOf(failure);
    this.#ended.set(outcome, (this.#ended.get(outcome) ?? 0) + 1);
    if (failure !== undefined) return;
    this.#durations.record(ms / 1_000);
    this.#sizes.record(entries);
  }

  doubted(): void {
    this.#doubts++;
  }
}

export interface RoomFigures {
  rooms: Pick<Directory<RoomId, RoomMessage>, "stats">;
  live: LiveRooms;
  lost: { readonly count: number };
  replies: RoomReplies;
}

export function showRooms(meter: Meter, { rooms, live, lost, replies }: RoomFigures): void {
  showFigures(meter, figures, () => [[{}, { stats: rooms.stats(), live: live.size, lost: lost.count }]]);
  showFigures(meter, [refused], () => Object.entries(rooms.stats().rejected).map(([reason, times]) => [{ reason }, times]));
  // From the start, so that the first of a kind is a rise and not a beginning.
  for (const kind of replyKinds) replies.kinds.set(kind, 0);
  for (const { code } of Object.values(ErrorCode)) replies.refusals.set(code, 0);
  showFigures(meter, [answered], () => [...replies.kinds].map(([kind, times]) => [{ kind }, times]));
  showFigures(meter, [declined], () => [...replies.refusals].map(([code, times]) => [{ code: String(code) }, times]));
  showFigures(meter, [hearts], () => [[{}, replies.hearts]]);
}
