/** Who is muted, banned or shadowed: by whom, when, why, and until when. */

import type { Sanction } from "@madang/client";
import { useCallback, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useNames } from "../../words/names.ts";
import { useWords } from "../../words/words.ts";
import { usualMuteSeconds } from "./acts.ts";
import { useDesk } from "./desk-context.tsx";
import { reasonOf } from "./events.ts";
import { ListFrame } from "./list-frame.tsx";
import { useList } from "./lists.ts";
import { sanctionsPage } from "./pages.ts";
import { UserLink } from "./user-link.tsx";

const verbs = { muted: "mute", banned: "ban", shadowed: "shadow" } as const;
const news = ["moderated"] as const;

export function SanctionsPanel() {
  const words = useWords(consoleWords);
  const { room, ask } = useDesk();
  const [user, setUser] = useState("");
  const [typed, setTyped] = useState("");
  const load = useCallback(
    (after: string | undefined) => sanctionsPage(room, after, user === "" ? undefined : user),
    [room, user],
  );
  const list = useList(room, load, news);
  const tools = (
    <form
      className="console-inline"
      onSubmit={(event) => {
        event.preventDefault();
        setUser(typed.trim());
      }}
    >
      <label className="console-field">
        <span>{words.userId}</span>
        <input value={typed} maxLength={128} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      </label>
      <button type="submit" className="console-button">
        {words.find}
      </button>
      {(["mute", "ban", "shadow"] as const).map((verb) => (
        <button
          key={verb}
          type="button"
          className="console-button"
          disabled={typed.trim() === ""}
          onClick={() => ask({ verb, user: typed.trim(), ...(verb === "mute" ? { seconds: usualMuteSeconds } : {}) })}
        >
          {words[`verb_${verb}`]}
        </button>
      ))}
    </form>
  );
  return (
    <ListFrame name={words.tab_sanctions} about={words.sanctionsAbout} empty={words.sanctionsEmpty} list={list} tools={tools}>
      {(sanction) => <SanctionCard key={`${sanction.kind} ${sanction.user}`} sanction={sanction} named />}
    </ListFrame>
  );
}

export function SanctionCard({ sanction, named }: { readonly sanction: Sanction; readonly named: boolean }) {
  const words = useWords(consoleWords);
  const names = useNames();
  const { act } = useDesk();
  const { user, kind, until, event } = sanction;
  const verb = verbs[kind];
  const why = reasonOf(event);
  return (
    <li className="console-card console-card-row">
      <div>
        <p className="console-card-head">
          {named && <UserLink user={user} />}
          <strong>{words[`done_${verb}`]}</strong>
          <span>{until === null ? words.untilUndone : words.until(words.timeAndDay(until))}</span>
        </p>
        {event !== undefined && (
          <p className="console-quiet">
            {words.byWhomWhen(event.by === undefined ? words.theSite : names.of(event.by), words.timeAndDay(event.at))}
            {why !== undefined && <q className="console-reason">{why}</q>}
          </p>
        )}
      </div>
      <button type="button" className="console-button" onClick={() => act({ verb: `un${verb}`, user })}>
        {words[`verb_un${verb}`]}
      </button>
    </li>
  );
}
