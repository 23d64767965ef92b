/** What every part of the moderator's page shares: the room, the desk, and the two dialogs. */
import type { Room, RoomView } from "@madang/client";
import { createContext, type ReactNode, useContext, useMemo, useState, useSyncExternalStore } from "react";
import { ActDialog } from "./act-dialog.tsx";
import type { Act } from "./acts.ts";
import { type Deed, Desk } from "./desk.ts";
import { type Marks, marksOf } from "./marks.ts";
import { performIn } from "./perform.ts";

export interface AtDesk {
  readonly room: Room;
  readonly desk: Desk;
  /** Does it at once, or asks for the reason before, if the moderator wants to be asked always. */
  readonly act: (act: Act) => void;
  /** Asks for how long and why, and then does it. */
  readonly ask: (act: Act) => void;
  readonly alwaysAsks: boolean;
  readonly setAlwaysAsks: (always: boolean) => void;
  /** Whose card is open. */
  readonly user: string | undefined;
  readonly showUser: (user: string | undefined) => void;
}

const Context = createContext<AtDesk | undefined>(undefined);

export function DeskProvider({ room, children }: { readonly room: Room; readonly children: ReactNode }) {
  const desk = useMemo(() => new Desk(performIn(room)), [room]);
  const [asked, setAsked] = useState<Act>();
  const [alwaysAsks, setAlwaysAsks] = useState(false);
  const [user, showUser] = useState<string>();
  const value = useMemo<AtDesk>(
    () => ({
      room,
      desk,
      act: (act) => (alwaysAsks && takesReason(act) ? setAsked(act) : void desk.do(act)),
      ask: setAsked,
      alwaysAsks,
      setAlwaysAsks,
      user,
      showUser,
    }),
    [room, desk, alwaysAsks, user],
  );
  return (
    <Context value={value}>
      {children}
      {asked !== undefined && (
        <ActDialog
          act={asked}
          close={() => setAsked(undefined)}
          confirm={(act) => {
            setAsked(undefined);
            void desk.do(act);
          }}
        />
      )}
    </Context>
  );
}

export function useDesk(): AtDesk {
  const value = useContext(Context);
  if (value === undefined) throw new Error("This part stands on no desk.");
  return value;
}

export function useDeeds(): readonly Deed[] {
  const { desk } = useDesk();
  return useSyncExternalStore(desk.subscribe, () => desk.deeds);
}

export function useMarks(): Marks {
  const deeds = useDeeds();
  return useMemo(() => marksOf(deeds), [deeds]);
}

/** One thing of the room's view; a part that uses it is drawn anew only when that thing is another. */
export function useOfRoom<T>(room: Room, pick: (view: RoomView) => T): T {
  return useSyncExternalStore(
    (listener) => room.subscribe(listener),
    () => pick(room.view),
  );
}

function takesReason({ verb }: Act): boolean {
  return !["pin", "unpin", "approve", "room", "words"].includes(verb);
}
