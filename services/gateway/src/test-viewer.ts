/** For tests: who gets lines, rooms to which nobody has done anything, and users who block nobody. */
import { hash32, type Role } from "@madang/contracts";
import { payloadOf } from "./frame.ts";
import { noRow } from "./socket-table.ts";
import type { Viewer } from "./viewer.ts";

export function recipient(user = "kim", { role = "viewer" as Role, blocked = [] as readonly string[] } = {}) {
  return { user, role, blocked: new Set(blocked), hash: hash32(user) };
}

export const noCards = { read: async () => undefined, follow: () => ({ close: () => {} }) };

export const noBlocks = { hold: () => ({ users: new Set<string>(), loaded: Promise.resolve(), release: () => {} }) };

/** Somebody without a socket, and the offsets that they got, by frame. */
export function viewer(onFrame: () => void = () => {}) {
  const frames: number[][] = [];
  const one: Viewer = {
    ...recipient(),
    info: {} as never,
    wantsJoinLeave: false,
    row: noRow,
    broadcast: (frame) => {
      const pushes = payloadOf(frame).toString().split("\n");
      frames.push(pushes.map((line) => JSON.parse(line).push.pub.offset));
      onFrame();
    },
    push: () => {},
    end: () => {},
  };
  return Object.assign(one, { frames });
}
