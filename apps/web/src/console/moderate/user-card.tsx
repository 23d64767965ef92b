/** One person: what they have said here lately, what holds for them, and what can be done about them. */

import type { RoomView } from "@madang/client";
import { useCallback, useEffect, useRef } from "react";
import { consoleWords } from "../../words/console.ts";
import { useNames } from "../../words/names.ts";
import { useWords } from "../../words/words.ts";
import { usualMuteSeconds } from "./acts.ts";
import { useDesk, useMarks, useOfRoom } from "./desk-context.tsx";
import { useList } from "./lists.ts";
import { sanctionsPage } from "./pages.ts";
import { SanctionCard } from "./sanctions-panel.tsx";
import { problemWords } from "./titles.ts";
import { useSlowly } from "./use-slowly.ts";

const news = ["moderated"] as const;
const recentShown = 50;
const entriesOf = ({ entries }: RoomView) => entries;

export function UserCard({ user, showOnly }: { readonly user: string; readonly showOnly: (user: string) => void }) {
  const words = useWords(consoleWords);
  const { room, act, ask, showUser } = useDesk();
  const marks = useMarks();
  const names = useNames();
  const close = useRef<HTMLButtonElement>(null);
  const entries = useSlowly(room, entriesOf);
  const older = useOfRoom(room, (view) => view.older);
  const load = useCallback((after: string | undefined) => sanctionsPage(room, after, user), [room, user]);
  const sanctions = useList(room, load, news);
  useEffect(() => close.current?.focus(), [user]);

  const said = entries.filter((entry) => entry.kind === "message" && entry.author?.user === user).slice(-recentShown);
  const first = said.find((entry) => entry.kind === "message");
  const name = first?.kind === "message" && first.author !== undefined ? names.of(first.author) : names.ofUser(user);
  return (
    <aside className="console-user-card" aria-label={words.userCard(user)}>
      <header className="console-card-head">
        <h2>{name}</h2>
        <button ref={close} type="button" className="console-button" onClick={() => showUser(undefined)}>
          {words.close}
        </button>
      </header>
      {name !== user && <p className="console-quiet console-breaks">{user}</p>}
      <div className="console-buttons">
        {([60, usualMuteSeconds, 86_400] as const).map((seconds) => (
          <button key={seconds} type="button" className="console-button" onClick={() => act({ verb: "mute", user, seconds })}>
            {words.muteLong(words.duration(seconds))}
          </button>
        ))}
        <button type="button" className="console-button" onClick={() => ask({ verb: "mute", user, seconds: usualMuteSeconds })}>
          {words.muteFor}
        </button>
        <button type="button" className="console-button" onClick={() => ask({ verb: "ban", user })}>
          {words.banFor}
        </button>
        <button type="button" className="console-button" onClick={() => ask({ verb: "shadow", user })}>
          {words.verb_shadow}…
        </button>
        <button type="button" className="console-button" onClick={() => act({ verb: "purge", user })}>
          {words.verb_purge}
        </button>
        <button type="button" className="console-button" onClick={() => act({ verb: "unpurge", user })}>
          {words.verb_unpurge}
        </button>
        <button type="button" className="console-button" onClick={() => showOnly(user)}>
          {words.showOnly}
        </button>
      </div>
      <h3>{words.tab_sanctions}</h3>
      {sanctions.problem !== undefined && <p className="console-problem">{problemWords(words, sanctions.problem)}</p>}
      {sanctions.state === "ready" && sanctions.entries.length === 0 && <p className="console-quiet">{words.noSanctions}</p>}
      <ul className="console-cards">
        {sanctions.entries.map((sanction) => (
          <SanctionCard key={sanction.kind} sanction={sanction} named={false} />
        ))}
      </ul>
      <h3>{words.saidHere}</h3>
      {said.length === 0 && <p className="console-quiet">{words.nothingLoaded}</p>}
      <ul className="console-said">
        {said.map(
          (entry) =>
            entry.kind === "message" && (
              <li key={entry.key}>
                <span className="console-row-time">{words.time(entry.at)}</span>
                <span className={entry.deleted ? "console-row-gone console-breaks" : "console-breaks"}>
                  {entry.deleted && entry.text === "" ? words.deleted : entry.text}
                </span>
                {entry.offset !== undefined && !entry.deleted && marks.deleted.get(entry.offset) !== "done" && (
                  <button
                    type="button"
                    className="console-link"
                    onClick={() =>
                      entry.offset !== undefined &&
                      act({ verb: "delete", offset: entry.offset, about: { user, text: entry.text } })
                    }
                  >
                    {words.verb_delete}
                  </button>
                )}
              </li>
            ),
        )}
      </ul>
      <button type="button" className="console-button" disabled={older !== "more"} onClick={() => void room.loadOlder()}>
        {older === "loading" ? words.looking : older === "none" ? words.allRead : words.lookFurtherBack}
      </button>
    </aside>
  );
}
