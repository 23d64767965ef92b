/** What was done in the room: by whom, when and why, the newest first, and taken back from here where that is possible. */
import { useCallback, useEffect, useMemo, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { useDesk } from "./desk-context.tsx";
import { eventWords, reasonOf, undoOf } from "./events.ts";
import { ListFrame } from "./list-frame.tsx";
import { type NewsType, useList } from "./lists.ts";
import { actsPage } from "./pages.ts";
import { UserLink } from "./user-link.tsx";

const groups = {
  all: [],
  messages: ["deleted", "purged", "restored", "pinned", "unpinned"],
  people: ["moderated", "granted"],
  queue: ["held", "approved", "denied", "reported", "resolved"],
  room: ["configured", "scheduled", "opened", "closed"],
} as const satisfies Record<string, readonly NewsType[]>;
type Group = keyof typeof groups;

/** What is done is where lists are read from within this. */
const storedSoonMs = 500;

const acts: readonly NewsType[] = [...groups.messages, ...groups.people, ...groups.queue, ...groups.room];

export function AuditPanel() {
  const words = useWords(consoleWords);
  const { room, act } = useDesk();
  const [group, setGroup] = useState<Group>("all");
  const types = useMemo(() => (group === "all" ? acts : groups[group]), [group]);
  const load = useCallback((after: number | undefined) => actsPage(room, types, after), [room, types]);
  const list = useList(room, load, acts);
  const { reload } = list;
  // What was done in the moment before is written down by then, and no news will come of it.
  useEffect(() => {
    const timer = setTimeout(reload, storedSoonMs);
    return () => clearTimeout(timer);
  }, [reload]);
  const tools = (
    <fieldset className="console-chips">
      <legend className="console-hidden">{words.filters}</legend>
      {(Object.keys(groups) as Group[]).map((one) => (
        <button key={one} type="button" className="console-chip" aria-pressed={one === group} onClick={() => setGroup(one)}>
          {words[`audit_${one}`]}
        </button>
      ))}
    </fieldset>
  );
  return (
    <ListFrame name={words.tab_audit} about={words.auditAbout} empty={words.auditEmpty} list={list} tools={tools}>
      {(event) => {
        const undo = undoOf(event);
        const why = reasonOf(event);
        return (
          <li key={event.offset} className="console-card console-card-row" data-type={event.type}>
            <div>
              <p className="console-card-head">
                <span className="console-breaks">{eventWords(words, event.type, event.data)}</span>
              </p>
              <p className="console-quiet">
                {event.by === undefined ? words.theSite : <UserLink user={event.by.user} name={event.by.name} />}
                {` · ${words.timeAndDay(event.at)}`}
                {why !== undefined && <q className="console-reason">{why}</q>}
              </p>
            </div>
            {undo !== undefined && (
              <button type="button" className="console-button" onClick={() => act(undo)}>
                {words.undo}
              </button>
            )}
          </li>
        );
      }}
    </ListFrame>
  );
}
