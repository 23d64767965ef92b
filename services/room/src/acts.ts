/** What may be done in a room beside speaking, and the event that comes of it. Pure. */
import {
  type ActCommand,
  type Action,
  type ActionOf,
  ErrorCode,
  type EventType,
  isAtLeast,
  isStaff,
  type JsonObject,
  type Lane,
  leastRole,
  limits,
  type Role,
} from "@madang/contracts";
import { type RoomState, sanctionOf } from "@madang/room-state";
import { type Decision, eventBy, refuse, type Target } from "./decision.ts";
import { normalizeText } from "./text.ts";

export interface Act {
  readonly state: RoomState;
  /** The offset of the room's last event. */
  readonly head: number;
  readonly command: ActCommand;
  /** What it is about, if it names an offset and there is such an event. */
  readonly target: Target | undefined;
  /** Server time, ms. */
  readonly now: number;
}

/** All that an event needs beside who and when. */
interface Outcome {
  readonly type: EventType;
  readonly data: JsonObject;
  readonly lane?: Lane;
  readonly mentions?: readonly string[];
}

type Rule<T extends Action["type"]> = (action: ActionOf<T>, act: Act & { role: Role }) => Outcome | Decision;

export function decideAct(act: Act): Decision {
  const { state, head, command, now } = act;
  const { by, action } = command;
  const refused = forbidden(act);
  if (refused !== undefined) return refused;
  const role = state.roleOf(by);
  const rule = rules[action.type] as Rule<Action["type"]>;
  const outcome = rule(action as never, { ...act, role });
  if ("kind" in outcome) return outcome;
  const { type, data, lane = "all", mentions = [] } = outcome;
  const event = eventBy(by, { offset: head + 1, now, type, id: command.id, data });
  return { kind: "append", events: [{ event, lane, mentions }] };
}

/** Why they must not do it, whatever it is about: so that nothing is looked up for whoever may not. */
export function forbidden({ state, command: { by, action }, now }: Pick<Act, "state" | "command" | "now">): Decision | undefined {
  const least = leastRole[action.type];
  // Whose message it is that is to be deleted is not known yet.
  const mayDo = by.user === "" || action.type === "delete" || (least !== "site" && isAtLeast(state.roleOf(by), least));
  if (!mayDo) return refuse(ErrorCode.permissionDenied);
  // Whatever they are otherwise: a ban would not be one that the banned can lift.
  const bannedUntil = state.sanctions.until("banned", by.user, now);
  return bannedUntil === undefined ? undefined : refuse(ErrorCode.banned, bannedUntil - now);
}

/** Authors may take back what they said. */
function isOwn({ command: { by, action }, target }: Act): boolean {
  return action.type === "delete" && target?.author === by.user && by.user !== "";
}

const rules: { [T in Action["type"]]: Rule<T> } = {
  mute: sanction,
  ban: sanction,
  shadow: sanction,
  unmute: lift,
  unban: lift,
  unshadow: lift,

  delete: ({ offset, reason }, act) => {
    const { state, target, role } = act;
    if (!isAtLeast(role, leastRole.delete) && !isOwn(act)) return refuse(ErrorCode.permissionDenied);
    if (!isThere(state, target)) return refuse(ErrorCode.notFound);
    if (!isOwn(act) && !mayTouch(target.author, act)) return refuse(ErrorCode.permissionDenied);
    return { type: "deleted", data: { offset, user: target.author, ...given({ reason }) }, lane: laneOf(target) };
  },
  undelete: ({ offset, reason }, act) => {
    const { state, target, command, role } = act;
    if (!isDeleted(state, target)) return refuse(ErrorCode.notFound);
    const isSite = command.by.user === "";
    const deleter = state.changes.deleterOf(offset);
    // What its author took back stays so.
    if (deleter === "author" && !isSite && target.author !== command.by.user) return refuse(ErrorCode.notFound);
    const stoodHigher = deleter === "site" || (deleter !== undefined && deleter !== "author" && !isAtLeast(role, deleter));
    const mayUndo = isSite || (deleter === undefined ? mayTouch(target.author, act) : !stoodHigher);
    if (!mayUndo) return refuse(ErrorCode.permissionDenied);
    return { type: "restored", data: { offset, ...given({ reason }) }, lane: laneOf(target) };
  },
  purge: (action, act) =>
    mayTouch(action.user, act)
      ? { type: "purged", data: { user: action.user, upTo: act.head, ...given(action) } }
      : refuse(ErrorCode.permissionDenied),
  unpurge: (action, act) =>
    mayTouch(action.user, act)
      ? { type: "restored", data: { user: action.user, ...given(action) } }
      : refuse(ErrorCode.permissionDenied),

  edit: ({ offset, data }, { state, target, command, now }) => {
    if (!isThere(state, target) || target.author !== command.by.user) return refuse(ErrorCode.notFound);
    const { editWindowMs } = state.settings;
    if (editWindowMs === 0 || now - Number(target.publication.tags.time) > editWindowMs) return refuse(ErrorCode.editTooLate);
    // What all have would show all of them what was to be for staff alone; and its author is not to be told why.
    if (target.lane !== "shadow" && state.sanctions.is("shadowed", target.author, now)) return refuse(ErrorCode.editTooLate);
    // To edit what was left out of a flood shows it to nobody else.
    const { lane, mentions } = target;
    return { type: "edited", data: { offset, data }, ...(lane === "skipped" ? { lane, mentions } : { lane: laneOf(target) }) };
  },

  pin: ({ offset }, { state, target }) => {
    // To pin what is for a few would show it to all.
    if (!isThere(state, target) || laneOf(target) !== "all") return refuse(ErrorCode.notFound);
    if (!state.pins.includes(offset) && state.pins.length >= limits.pins) return refuse(ErrorCode.tooMany);
    return { type: "pinned", data: { offset, message: messageOf(target) } };
  },
  unpin: ({ offset }, { state }) =>
    state.pins.includes(offset) ? { type: "unpinned", data: { offset } } : refuse(ErrorCode.notFound),

  configure: (action, { command }) => {
    // Whom the site asks to look at messages is the site's own affair.
    if (action.settings.review !== undefined && command.by.user !== "") return refuse(ErrorCode.permissionDenied);
    if (Object.keys(action.settings).length === 0) return refuse(ErrorCode.badRequest);
    return { type: "configured", data: { settings: action.settings, ...given(action) } };
  },
  lockdown: (action, { now }) => ({
    type: "configured",
    data: { settings: { lockdownUntil: action.seconds === 0 ? 0 : now + action.seconds * 1_000 }, ...given(action) },
  }),
  grant: (action, { state, command, role, now }) => {
    const { user } = action;
    const isFull = () => state.grants.size >= limits.grants || !state.hasPlaceFor(user, now);
    if (action.role !== "viewer" && !state.grants.has(user) && isFull()) return refuse(ErrorCode.tooMany);
    // Nobody is left without an owner by another owner.
    if (state.grantOf(user) === "owner" && command.by.user !== "" && user !== command.by.user && role === "owner")
      return refuse(ErrorCode.permissionDenied);
    return { type: "granted", data: { user, role: action.role, ...given(action) }, lane: "moderators" };
  },
  room: ({ title, startsAt, state: life }, { state }) => {
    const data = {
      ...(title === undefined ? {} : { title: normalizeText(title) }),
      ...(startsAt === undefined ? {} : { startsAt }),
    };
    // A room is open before anybody has opened it.
    const isSo = life === state.life && (life !== "open" || state.openedAt !== null);
    if (life === undefined || isSo)
      return Object.keys(data).length === 0 ? refuse(ErrorCode.notFound) : { type: "configured", data };
    return { type: ({ scheduled: "scheduled", open: "opened", ended: "closed" } as const)[life], data };
  },

  approve: ({ offset }, { state, head, target, command, now }) => {
    if (target === undefined || !state.mayShow(offset)) return refuse(ErrorCode.notFound);
    if (state.life === "ended") return refuse(ErrorCode.notOpen);
    const { data, info, tags } = target.publication;
    const next = head + 1;
    const posted = eventBy(info === undefined ? {} : { info }, { offset: next, now, type: "posted", id: tags.id, data });
    const approved = eventBy(command.by, { offset: next + 1, now, type: "approved", id: command.id, data: { offset } });
    const { mentions } = target;
    const shown = state.sanctions.is("shadowed", target.author, now) ? ("shadow" as const) : ("all" as const);
    return {
      kind: "append",
      events: [
        { event: { ...posted, tags: { ...posted.tags, held: String(offset) } }, lane: shown, mentions },
        { event: approved, lane: "moderators", mentions: [] },
      ],
    };
  },
  deny: ({ offset, reason }, { state }) =>
    state.held.has(offset)
      ? { type: "denied", data: { offset, ...given({ reason }) }, lane: "moderators" }
      : refuse(ErrorCode.notFound),

  report: ({ offset, reason }, { state, target, command: { by } }) => {
    if (!isThere(state, target)) return refuse(ErrorCode.notFound);
    // The site passes on what many report.
    const open = by.user === "" ? [] : state.reportedBy(by.user);
    if (open.includes(offset) || open.length >= limits.reportsPerUser) return refuse(ErrorCode.tooMany);
    return { type: "reported", data: { offset, user: target.author, ...given({ reason }) }, lane: "moderators" };
  },
  resolve: ({ offset, reason }, { state }) =>
    state.isReport(offset)
      ? { type: "resolved", data: { offset, ...given({ reason }) }, lane: "moderators" }
      : refuse(ErrorCode.notFound),

  gift: ({ user, amount, currency, data }, { state }) =>
    state.totals.takes(currency, amount)
      ? { type: "gifted", data: { user, amount, currency, ...(data === undefined ? {} : { data }) } }
      : refuse(ErrorCode.tooMany),
};

function sanction(action: ActionOf<"mute" | "ban" | "shadow">, act: Act & { role: Role }): Outcome | Decision {
  const { state, now } = act;
  const { type, user, seconds } = action;
  if (!mayTouch(user, act)) return refuse(ErrorCode.permissionDenied);
  const isFull = () => state.sanctions.count(now) >= limits.sanctions || !state.hasPlaceFor(user, now);
  if (!state.sanctions.is(sanctionOf[type], user, now) && isFull()) return refuse(ErrorCode.tooMany);
  const until = seconds === undefined ? {} : { until: now + seconds * 1_000 };
  return { type: "moderated", data: { action: type, user, ...until, ...given(action) }, lane: "moderators" };
}

function lift(action: ActionOf<"unmute" | "unban" | "unshadow">, act: Act & { role: Role }): Outcome | Decision {
  const { state, now } = act;
  const { type, user } = action;
  if (!mayTouch(user, act)) return refuse(ErrorCode.permissionDenied);
  if (!state.sanctions.is(sanctionOf[type], user, now)) return refuse(ErrorCode.notFound);
  return { type: "moderated", data: { action: type, user, ...given(action) }, lane: "moderators" };
}

/** Nobody moderates themselves, nor those who stand as high in this room. */
function mayTouch(user: string, { state, command: { by }, role }: Act & { role: Role }): boolean {
  if (by.user === "") return true;
  const theirs = state.grantOf(user);
  return user !== by.user && !(isStaff(theirs) && isAtLeast(theirs, role));
}

/** A message that was deleted by itself. Of those that nobody remembers, what the store has of them tells. */
function isDeleted({ changes }: RoomState, target: Target | undefined): target is Target {
  if (target?.type !== "posted") return false;
  const { offset, author, publication } = target;
  return changes.isDeleted(offset) || (publication.tags.deleted !== undefined && offset > changes.purgedUpTo(author));
}

/** A message that can still be read. */
function isThere({ changes }: RoomState, target: Target | undefined): target is Target {
  return target !== undefined && target.type === "posted" && !changes.isGone(target.offset, target.author);
}

/**
 * What happens to a message is for those who have it. That it was skipped does not hide that it is taken away; and who was in its part of
 * the audience may be in another by now.
 */
const laneOf = ({ lane }: Target): Lane => (lane === "shadow" || lane === "moderators" ? lane : "all");

/** For those who have not seen the message. */
const messageOf = ({ publication: { data, info, tags } }: Target): JsonObject => ({
  data,
  ...(info === undefined ? {} : { info }),
  time: tags.time,
});

const given = ({ reason }: { reason?: string | undefined }): JsonObject =>
  reason === undefined ? {} : { reason: normalizeText(reason) };
