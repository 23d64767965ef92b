/** Who was given which role in this room. For owners. */

import type { Role } from "@madang/contracts";
import { useCallback, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useNames } from "../../words/names.ts";
import { useWords } from "../../words/words.ts";
import { useDesk } from "./desk-context.tsx";
import { ListFrame } from "./list-frame.tsx";
import { useList } from "./lists.ts";
import { grantsPage } from "./pages.ts";
import { UserLink } from "./user-link.tsx";

const news = ["granted"] as const;
const roles = ["member", "moderator", "owner"] as const;

export function GrantsPanel() {
  const words = useWords(consoleWords);
  const names = useNames();
  const { room, act } = useDesk();
  const [user, setUser] = useState("");
  const [role, setRole] = useState<Role>("moderator");
  const load = useCallback((after: string | undefined) => grantsPage(room, after), [room]);
  const list = useList(room, load, news);
  const tools = (
    <form
      className="console-inline"
      onSubmit={(event) => {
        event.preventDefault();
        const who = user.trim();
        if (who === "") return;
        const before = list.entries.find((grant) => grant.user === who)?.role ?? "viewer";
        act({ verb: "grant", user: who, role, before });
        setUser("");
      }}
    >
      <label className="console-field">
        <span>{words.userId}</span>
        <input value={user} maxLength={128} autoComplete="off" onChange={(event) => setUser(event.target.value)} />
      </label>
      <label className="console-field">
        <span>{words.role}</span>
        <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {roles.map((one) => (
            <option key={one} value={one}>
              {words[`role_${one}`]}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="console-button console-button-main">
        {words.verb_grant}
      </button>
    </form>
  );
  return (
    <ListFrame name={words.tab_grants} about={words.grantsAbout} empty={words.grantsEmpty} list={list} tools={tools}>
      {({ user: who, role: has, event }) => (
        <li key={who} className="console-card console-card-row">
          <div>
            <p className="console-card-head">
              <UserLink user={who} />
              <strong>{words[`role_${has}`]}</strong>
            </p>
            {event !== undefined && (
              <p className="console-quiet">
                {words.byWhomWhen(event.by === undefined ? words.theSite : names.of(event.by), words.timeAndDay(event.at))}
              </p>
            )}
          </div>
          <button
            type="button"
            className="console-button"
            onClick={() => act({ verb: "grant", user: who, role: "viewer", before: has })}
          >
            {words.takeAway}
          </button>
        </li>
      )}
    </ListFrame>
  );
}
