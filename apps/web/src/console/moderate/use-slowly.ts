/** A part of the room's view for what need not change with every comment. */
import type { Room, RoomView } from "@madang/client";
import { useCallback, useRef, useSyncExternalStore } from "react";

/** Nobody notices later, and a flood of comments costs nothing more than a chat. */
const everyMs = 300;

/** `pick` must be the same function as long as it picks the same. */
export function useSlowly<T>(room: Room, pick: (view: RoomView) => T): T {
  const seen = useRef<{ view: RoomView; pick: (view: RoomView) => T; picked: T } | undefined>(undefined);
  const look = (view: RoomView): T => {
    seen.current = { view, pick, picked: pick(view) };
    return seen.current.picked;
  };
  const subscribe = useCallback(
    (listener: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = room.subscribe(() => {
        timer ??= setTimeout(() => {
          timer = undefined;
          seen.current = undefined;
          listener();
        }, everyMs);
      });
      return () => {
        clearTimeout(timer);
        stop();
      };
    },
    [room],
  );
  return useSyncExternalStore(subscribe, () => (seen.current?.pick === pick ? seen.current.picked : look(room.view)));
}
