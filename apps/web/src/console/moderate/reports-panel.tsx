/** What viewers have found fault with: the message as it reads now, and who says what about it. */

import type { Report } from "@madang/client";
import { consoleWords } from "../../words/console.ts";
import { useNames } from "../../words/names.ts";
import { useWords } from "../../words/words.ts";
import { usualMuteSeconds } from "./acts.ts";
import { useDesk, useMarks } from "./desk-context.tsx";
import { reasonOf, textOf } from "./events.ts";
import { ListFrame } from "./list-frame.tsx";
import type { List } from "./lists.ts";
import { UserLink } from "./user-link.tsx";

export function ReportsPanel({ list }: { readonly list: List<Report> }) {
  const words = useWords(consoleWords);
  const names = useNames();
  const { act, ask } = useDesk();
  const { handled, deleted } = useMarks();
  return (
    <ListFrame name={words.tab_reports} about={words.reportsAbout} empty={words.reportsEmpty} list={list}>
      {(report) => {
        const { offset, event, message } = report;
        const place = reportedOffset(report);
        const author = authorOf(report);
        const text = textOf(message?.data);
        const about = { text, ...(author === undefined ? {} : { user: author }) };
        const gone = message?.tags.deleted === "true" || (place !== undefined && deleted.get(place) === "done");
        const mark = handled.get(offset);
        return (
          <li key={offset} className={mark === "pending" || mark === "done" ? "console-card console-card-done" : "console-card"}>
            <p className="console-card-head">
              {author !== undefined && <UserLink user={author} name={message?.by?.name} />}
              <span className="console-quiet">{message === undefined ? "" : words.timeAndDay(message.at)}</span>
              {mark === "failed" && <span className="console-tag console-tag-bad">{words.notDone}</span>}
            </p>
            <p className={gone ? "console-card-text console-row-gone" : "console-card-text"}>
              {gone && text === "" ? words.deleted : text === "" ? words.noWords : text}
            </p>
            <p className="console-quiet">
              {event !== undefined &&
                words.byWhomWhen(event.by === undefined ? words.theSite : names.of(event.by), words.timeAndDay(event.at))}
              {reasonOf(event) !== undefined && <q className="console-reason">{reasonOf(event)}</q>}
            </p>
            <div className="console-buttons">
              <button
                type="button"
                className="console-button console-button-good"
                onClick={() => act({ verb: "resolve", offset, about })}
              >
                {words.verb_resolve}
              </button>
              {place !== undefined && !gone && (
                <button
                  type="button"
                  className="console-button"
                  onClick={() => {
                    act({ verb: "delete", offset: place, about });
                    act({ verb: "resolve", offset, about });
                  }}
                >
                  {words.deleteAndResolve}
                </button>
              )}
              {author !== undefined && (
                <>
                  <button
                    type="button"
                    className="console-button"
                    onClick={() => ask({ verb: "mute", user: author, seconds: usualMuteSeconds })}
                  >
                    {words.muteFor}
                  </button>
                  <button type="button" className="console-button" onClick={() => ask({ verb: "ban", user: author })}>
                    {words.banFor}
                  </button>
                </>
              )}
            </div>
          </li>
        );
      }}
    </ListFrame>
  );
}

/** Of the message that it is about. */
export function reportedOffset({ event, message }: Report): number | undefined {
  const said = event?.data.offset;
  return typeof said === "number" ? said : message?.offset;
}

function authorOf({ event, message }: Report): string | undefined {
  const said = event?.data.user;
  return message?.by?.user ?? (typeof said === "string" && said !== "" ? said : undefined);
}
