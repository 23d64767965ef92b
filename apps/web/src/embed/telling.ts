/** What a chat tells the page that it is on, as events of its element. They are plain objects, and nothing the page does to them is seen here. */
import type { Connection, Membership } from "@madang/client";
import { endOf } from "../chat/standing.tsx";
import type { Joined } from "./joined.ts";

/** `detail` of `madang-state`. */
export interface ChatState {
  readonly room: string;
  readonly state: "connecting" | "live" | "reconnecting" | "ended";
  /** Who one is, once that is known. */
  readonly user?: string;
  /** Of what has ended for good: the protocol's. */
  readonly code?: number;
  readonly reason?: string;
}

/** @returns what ends it */
export function tellPage(element: HTMLElement, { client, room }: Joined): () => void {
  const tell = (type: string, detail: object) => void element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  let last = "";
  const look = () => {
    const state = stateOf(client.connection, room.view.membership, { room: room.id, user: client.user });
    const text = JSON.stringify(state);
    if (text === last) return;
    last = text;
    tell("madang-state", state);
  };
  const stops = [
    client.subscribe(look),
    room.subscribe(look),
    room.on("posted", ({ offset, id, at, by, data }) =>
      tell("madang-message", {
        room: room.id,
        offset,
        id,
        at,
        user: by?.user,
        name: by?.name,
        mine: by !== undefined && by.user === client.user,
        data: structuredClone(data),
      }),
    ),
    room.on("gifted", ({ offset, at, data }) => tell("madang-gift", { room: room.id, offset, at, data: structuredClone(data) })),
    room.on("counters", (counters) => tell("madang-counters", { room: room.id, ...structuredClone(counters) })),
  ];
  look();
  return () => {
    for (const stop of stops) stop();
  };
}

function stateOf(connection: Connection, membership: Membership, who: { room: string; user: string }): ChatState {
  const known = who.user === "" ? { room: who.room } : who;
  if (endOf(connection, membership) !== undefined) {
    const { code, reason } = (connection.kind === "closed" ? connection : membership) as { code: number; reason: string };
    return { ...known, state: "ended", code, reason };
  }
  if (connection.kind === "reconnecting") return { ...known, state: "reconnecting" };
  return { ...known, state: connection.kind === "connected" && membership.kind === "live" ? "live" : "connecting" };
}
