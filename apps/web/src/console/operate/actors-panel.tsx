/** All rooms that room services have in memory, and the button that lets one out of quarantine. */
import type { ActorNow, ActorState, OperateActors, OperateOverview, OperateRestart } from "@madang/contracts";
import { useState } from "react";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import type { OperateApi } from "./api.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { useDeeds } from "./deed.tsx";
import { problemWords } from "./problem-words.ts";
import { RoomLink } from "./room-link.tsx";
import { usePath, useSeconds } from "./watch.ts";

const states: readonly ActorState[] = ["quarantined", "restarting", "starting", "running", "closing"];
const pageSize = 50;

export function ActorsPanel({ api, overview }: { readonly api: OperateApi; readonly overview: OperateOverview }) {
  const words = useWords(operateWords);
  const [member, setMember] = useState("");
  const [state, setState] = useState("");
  /** Where each page before this one and this one begin; the first page begins nowhere. */
  const [starts, setStarts] = useState<readonly string[]>([]);
  const path = `actors?${new URLSearchParams({
    limit: String(pageSize),
    ...(member === "" ? {} : { member }),
    ...(state === "" ? {} : { state }),
    ...(starts.length === 0 ? {} : { after: starts.at(-1) ?? "" }),
  })}`;
  const { polled, refresh } = usePath<OperateActors>(api, path);
  const { value, problem } = polled;
  const deeds = useDeeds();
  const now = useSeconds();

  const restart = (room: string) =>
    deeds.ask({
      title: words.restartTitle(room),
      about: words.restartAbout,
      verb: words.restart,
      run: async () => {
        const answer = await api.post<OperateRestart>(`actors/${encodeURIComponent(room)}/restart`);
        refresh();
        if (answer.ok) return { ok: true, value: { good: true, words: words.restarted(room, answer.value.members.join(", ")) } };
        if (answer.problem.kind === "gone") return { ok: true, value: { good: false, words: words.notQuarantined(room) } };
        return answer;
      },
    });
  const columns: readonly Column<ActorNow>[] = [
    { key: "room", name: words.room, cell: ({ room }) => <RoomLink room={room} /> },
    {
      key: "state",
      name: words.state,
      cell: ({ state: one, quietMs }) => (
        <span className={`console-tag ${tagOf[one]}`}>
          {one === "running" && quietMs !== undefined ? words.state_idle : words[`state_${one}`]}
        </span>
      ),
    },
    { key: "waiting", name: words.waiting, number: true, cell: ({ waiting }) => words.number(waiting) },
    { key: "restarts", name: words.restarts, number: true, cell: ({ restarts }) => words.number(restarts) },
    { key: "quiet", name: words.quietFor, number: true, cell: ({ quietMs }) => words.spanOr(quietMs) },
    {
      key: "failure",
      name: words.lastFailure,
      cell: ({ failure }) =>
        failure === undefined
          ? words.none
          : words.failure(failure.error, words[`phase_${failure.phase}`], words.timeAndDay(failure.at)),
    },
    { key: "stream", name: words.stream, cell: ({ stream }) => stream },
    { key: "member", name: words.roomService, cell: (actor) => actor.member },
    {
      key: "restart",
      name: words.quarantine,
      cell: ({ room, state: one, quarantinedUntil }) =>
        one !== "quarantined" ? (
          words.none
        ) : (
          <span className="operate-quarantine">
            {quarantinedUntil !== undefined && (
              <span>{quarantinedUntil > now ? words.triedIn(words.span(quarantinedUntil - now)) : words.triedNext}</span>
            )}
            <button type="button" className="console-button" onClick={() => restart(room)}>
              {words.restart}
              <span className="console-hidden"> {room}</span>
            </button>
          </span>
        ),
    },
  ];
  return (
    <section className="operate-panel" aria-label={words.tab_actors}>
      <h2>{words.tab_actors}</h2>
      <p className="console-quiet">{words.actorsAbout}</p>
      <div className="operate-filters">
        <label className="operate-choice">
          <span className="console-quiet">{words.state}</span>
          <select
            value={state}
            onChange={({ target }) => {
              setState(target.value);
              setStarts([]);
            }}
          >
            <option value="">{words.any}</option>
            {states.map((one) => (
              <option key={one} value={one}>
                {words[`state_${one}`]}
              </option>
            ))}
          </select>
        </label>
        <label className="operate-choice">
          <span className="console-quiet">{words.roomService}</span>
          <select
            value={member}
            onChange={({ target }) => {
              setMember(target.value);
              setStarts([]);
            }}
          >
            <option value="">{words.any}</option>
            {overview.members
              .filter(({ kind }) => kind === "room")
              .map((one) => (
                <option key={one.member} value={one.member}>
                  {one.member}
                </option>
              ))}
          </select>
        </label>
      </div>
      {deeds.shown}
      {problem !== undefined && <p className="console-problem">{problemWords(words, problem)}</p>}
      {value === undefined ? (
        problem === undefined && <p className="console-empty">{words.loading}</p>
      ) : (
        <>
          {value.partial && (
            <p className="console-problem">{words.partialActors(value.missing.map((one) => one.member).join(", "))}</p>
          )}
          <DataTable
            name={words.tab_actors}
            columns={columns}
            rows={value.actors}
            keyOf={(one) => `${one.room} ${one.member}`}
            empty={words.noActors}
          />
        </>
      )}
      <div className="console-buttons">
        <button
          type="button"
          className="console-button"
          disabled={starts.length === 0}
          onClick={() => setStarts(starts.slice(0, -1))}
        >
          {words.before}
        </button>
        <button
          type="button"
          className="console-button"
          disabled={value?.next === undefined}
          onClick={() => {
            if (value?.next !== undefined) setStarts([...starts, value.next]);
          }}
        >
          {words.next}
        </button>
      </div>
    </section>
  );
}

const tagOf = {
  quarantined: "console-tag-bad",
  restarting: "console-tag-warn",
  starting: "console-tag-quiet",
  closing: "console-tag-quiet",
  running: "console-tag-good",
} as const satisfies Record<ActorState, string>;
