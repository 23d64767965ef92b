/** Madang in React: a provider, and hooks that render again when what they show has changed. */
import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useSyncExternalStore,
} from "react";
import type { Madang } from "./madang.ts";
import type { Connection, RoomView } from "./model.ts";
import type { Room } from "./room.ts";

const Context = createContext<Madang | undefined>(undefined);

/** Gives all within it the client. */
export function MadangProvider({ client, children }: { client: Madang; children?: ReactNode }) {
  return createElement(Context.Provider, { value: client }, children);
}

/** The client. @throws Error outside of a `MadangProvider` */
export function useMadang(): Madang {
  const client = useContext(Context);
  if (client === undefined) throw new Error("useMadang: there is no MadangProvider around");
  return client;
}

/** Where the connection is. */
export function useConnection(): Connection {
  const client = useMadang();
  const subscribe = useCallback((listener: () => void) => client.subscribe(listener), [client]);
  const look = () => client.connection;
  return useSyncExternalStore(subscribe, look, look);
}

/** A room, which one joins with it. It stays joined until `room.leave()`. */
export function useRoom(id: string): Room {
  const client = useMadang();
  return useMemo(() => client.room(id), [client, id]);
}

/** What a room shows, or that part of it which the selector picks: it renders again only when that has changed. */
export function useRoomView(room: Room): RoomView;
export function useRoomView<T>(room: Room, selector: (view: RoomView) => T): T;
export function useRoomView<T>(room: Room, selector?: (view: RoomView) => T): T | RoomView {
  const subscribe = useCallback((listener: () => void) => room.subscribe(listener), [room]);
  // A selector may make a new object each time; of the same view it has one answer.
  const last = useRef<{ view: RoomView; selector: typeof selector; picked: T | RoomView } | undefined>(undefined);
  const look = () => {
    const { view } = room;
    if (last.current?.view !== view || last.current.selector !== selector)
      last.current = { view, selector, picked: selector === undefined ? view : selector(view) };
    return last.current.picked;
  };
  return useSyncExternalStore(subscribe, look, look);
}
