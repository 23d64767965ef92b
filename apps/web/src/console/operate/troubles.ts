/** What is wrong, the worst first, and which part of docs/operations.md says what to do. */
import type { MemberKind, OperateOverview } from "@madang/contracts";

interface Kinds {
  /** Alive, and has not answered. */
  missing: { kind: MemberKind; member: string };
  /** There is none of this kind. */
  none: { kind: MemberKind };
  withoutNats: { member: string };
  storeAway: { member: string };
  notReady: { kind: MemberKind; member: string };
  quarantined: { room: string; until: number | undefined; error: string | undefined };
  restarting: { room: string; restarts: number };
  unprojected: { stream: string };
  lost: { stream: string; count: number };
  differs: { missing: number; different: number };
  paused: { stream: string };
  lags: { stream: string; records: number; ms: number | undefined };
  slow: { room: string; ms: number };
  deadLetters: { count: number };
  unaudited: object;
}
export type TroubleKind = keyof Kinds;
export type Trouble = { [K in TroubleKind]: { readonly what: K } & Readonly<Kinds[K]> }[TroubleKind];

/** The worst first, and each with its heading in docs/operations.md and the part of the page that shows more. */
export const about = {
  missing: { bad: true, runbook: "MadangServiceDown", tab: "members" },
  none: { bad: true, runbook: "MadangServiceDown", tab: "members" },
  withoutNats: { bad: true, runbook: "MadangGatewayWithoutNats", tab: "connections" },
  storeAway: { bad: true, runbook: "MadangStoreAway", tab: "members" },
  quarantined: { bad: true, runbook: "MadangRoomsQuarantined", tab: "actors" },
  unprojected: { bad: true, runbook: "MadangProjectorMissing", tab: "projectors" },
  lost: { bad: true, runbook: "MadangEventsLost", tab: "projectors" },
  differs: { bad: true, runbook: "MadangStoreDiffers", tab: "projectors" },
  notReady: { bad: false, runbook: "MadangServiceDown", tab: "members" },
  lags: { bad: false, runbook: "MadangProjectorLags", tab: "projectors" },
  paused: { bad: false, runbook: "MadangProjectorLags", tab: "projectors" },
  restarting: { bad: false, runbook: "MadangRoomsQuarantined", tab: "actors" },
  slow: { bad: false, runbook: "MadangCommitsSlow", tab: "rooms" },
  deadLetters: { bad: false, runbook: "MadangDeadLetters", tab: "letters" },
  unaudited: { bad: false, runbook: "MadangAuditStandsStill", tab: "projectors" },
} as const satisfies Record<TroubleKind, { bad: boolean; runbook: string; tab: string }>;

const order = Object.keys(about) as TroubleKind[];

/** As the alerts have them, which ask for it to last. */
const lagRecords = 10_000;
const slowMs = 500;
/** What is older than this is not stored as it comes. */
const lagMs = 10_000;

export function troublesOf(overview: OperateOverview): readonly Trouble[] {
  const { missing, members, troubled, streams, audit, deadLetters, rooms } = overview;
  const found: Trouble[] = missing.map(({ kind, member }) => ({ what: "missing", kind, member }));
  for (const kind of ["gateway", "room", "persistence"] as const) {
    if (![...members, ...missing].some((one) => one.kind === kind)) found.push({ what: "none", kind });
  }
  for (const one of members) {
    if (one.kind === "gateway" && !one.natsAnswers) found.push({ what: "withoutNats", member: one.name });
    else if (one.kind === "persistence" && !one.storeAnswers) found.push({ what: "storeAway", member: one.member });
    else if (!one.ready) found.push({ what: "notReady", kind: one.kind, member: one.member });
  }
  for (const { room, state, restarts, failure, quarantinedUntil } of troubled) {
    if (state === "quarantined") found.push({ what: "quarantined", room, until: quarantinedUntil, error: failure?.error });
    else found.push({ what: "restarting", room, restarts });
  }
  // Who does it may be the one that has not answered.
  const persistenceKnown =
    members.some(({ kind }) => kind === "persistence") && !missing.some(({ kind }) => kind === "persistence");
  for (const { stream, holder, paused, lost = 0, lagRecords: records = 0, lagMs: ms } of streams) {
    if (persistenceKnown && holder === undefined) found.push({ what: "unprojected", stream });
    if (lost > 0) found.push({ what: "lost", stream, count: lost });
    if (records > lagRecords || (ms ?? 0) > lagMs) found.push({ what: "lags", stream, records, ms });
    else if (paused === true) found.push({ what: "paused", stream });
  }
  if (audit !== undefined && audit.missing + audit.different > 0) {
    found.push({ what: "differs", missing: audit.missing, different: audit.different });
  }
  for (const { room, live } of rooms) {
    if (live?.commitP99Ms !== undefined && live.commitP99Ms > slowMs) found.push({ what: "slow", room, ms: live.commitP99Ms });
  }
  if (deadLetters !== undefined && deadLetters.count > 0) found.push({ what: "deadLetters", count: deadLetters.count });
  if (persistenceKnown && audit === undefined) found.push({ what: "unaudited" });
  return found.toSorted((a, b) => order.indexOf(a.what) - order.indexOf(b.what));
}
