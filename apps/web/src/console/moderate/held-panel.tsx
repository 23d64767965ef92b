/** Messages that wait for a moderator, with their words. */
import type { Held } from "@madang/client";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { usualMuteSeconds } from "./acts.ts";
import { useDesk, useMarks } from "./desk-context.tsx";
import { textOf } from "./events.ts";
import { ListFrame } from "./list-frame.tsx";
import type { List } from "./lists.ts";
import { UserLink } from "./user-link.tsx";

export function HeldPanel({ list }: { readonly list: List<Held> }) {
  const words = useWords(consoleWords);
  const { act, ask } = useDesk();
  const { handled } = useMarks();
  return (
    <ListFrame name={words.tab_held} about={words.heldAbout} empty={words.heldEmpty} list={list}>
      {({ offset, user, event }) => {
        const text = textOf(event?.data);
        const about = { user, text };
        const mark = handled.get(offset);
        return (
          <li key={offset} className={mark === "pending" || mark === "done" ? "console-card console-card-done" : "console-card"}>
            <p className="console-card-head">
              <UserLink user={user} name={event?.by?.name} />
              <span className="console-quiet">{event === undefined ? `#${offset}` : words.timeAndDay(event.at)}</span>
              {mark === "failed" && <span className="console-tag console-tag-bad">{words.notDone}</span>}
            </p>
            <p className="console-card-text">{text === "" ? words.noWords : text}</p>
            <div className="console-buttons">
              <button
                type="button"
                className="console-button console-button-good"
                onClick={() => act({ verb: "approve", offset, about })}
              >
                {words.verb_approve}
              </button>
              <button type="button" className="console-button" onClick={() => act({ verb: "deny", offset, about })}>
                {words.verb_deny}
              </button>
              <button type="button" className="console-button" onClick={() => ask({ verb: "deny", offset, about })}>
                {words.denyWithReason}
              </button>
              <button
                type="button"
                className="console-button"
                onClick={() => ask({ verb: "mute", user, seconds: usualMuteSeconds })}
              >
                {words.muteFor}
              </button>
            </div>
          </li>
        );
      }}
    </ListFrame>
  );
}
