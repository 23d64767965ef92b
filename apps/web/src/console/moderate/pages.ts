/** The lists that a room answers to its moderators, each as pages. */
import type { Granted, Held, Report, Room, RoomEvent, Sanction } from "@madang/client";
import type { Page } from "./lists.ts";

/** Of the audit list: some screens. */
const actsOfPage = 100;

export async function heldPage(room: Room, after: number | undefined): Promise<Page<Held, number>> {
  const { held, ...next } = await room.moderate.held(from(after));
  return { items: held, ...next };
}

export async function reportsPage(room: Room, after: number | undefined): Promise<Page<Report, number>> {
  const { reports, ...next } = await room.moderate.reports(from(after));
  return { items: reports, ...next };
}

export async function grantsPage(room: Room, after: string | undefined): Promise<Page<Granted, string>> {
  const { grants, ...next } = await room.moderate.grants(from(after));
  return { items: grants, ...next };
}

export async function sanctionsPage(room: Room, after: string | undefined, user?: string): Promise<Page<Sanction, string>> {
  const { sanctions, ...next } = await room.moderate.sanctions({ ...from(after), ...(user === undefined ? {} : { user }) });
  return { items: sanctions, ...next };
}

/** What was done in the room, the newest first. */
export async function actsPage(
  room: Room,
  types: readonly string[],
  after: number | undefined,
): Promise<Page<RoomEvent, number>> {
  const to = after === undefined ? {} : { to: after - 1 };
  const { events, more } = await room.moderate.events({ types, limit: actsOfPage, ...to });
  const last = events.at(-1)?.offset;
  return more && last !== undefined ? { items: events, next: last } : { items: events };
}

const from = <After>(after: After | undefined): { after?: After } => (after === undefined ? {} : { after });
