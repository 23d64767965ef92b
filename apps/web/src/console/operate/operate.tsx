/** The operator's half of the console: how all services stand, and what may be done about it. */
import type { OperateOverview } from "@madang/contracts";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import "./operate.css";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { ActorsPanel } from "./actors-panel.tsx";
import { AskToken } from "./ask-token.tsx";
import { ConnectionsPanel } from "./connections-panel.tsx";
import { LettersPanel } from "./letters-panel.tsx";
import { MembersPanel } from "./members-panel.tsx";
import { OverviewPanel } from "./overview-panel.tsx";
import type { Polled } from "./poll.ts";
import { problemWords } from "./problem-words.ts";
import { ProjectorsPanel } from "./projectors-panel.tsx";
import { RoomsPanel } from "./rooms-panel.tsx";
import { type Tab, tabOf, tabs } from "./tabs.ts";
import { troublesOf } from "./troubles.ts";
import { usePolled, useSeconds, watchOf } from "./watch.ts";

export default function Operate({ token }: { readonly token: string | undefined }) {
  const words = useWords(operateWords);
  const watch = watchOf(token);
  const polled = usePolled(watch.overview);
  const [tab, setTab] = useTab();
  const [room, setRoom] = useState<string>();
  const bar = useRef<HTMLDivElement>(null);
  const { value: overview, problem } = polled;
  if (problem?.kind === "token" || problem?.kind === "not-operator")
    return <AskToken problem={problem} signedIn={token !== undefined} />;

  /** As tabs are moved through everywhere. */
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : tabs.indexOf(tab) + (by ?? 0);
    if (by === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    setTab(next);
    bar.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  const show = (one: Tab) => {
    setTab(one);
    bar.current?.querySelector<HTMLElement>(`[data-tab="${one}"]`)?.focus();
  };
  const panel = (now: OperateOverview) => {
    switch (tab) {
      case "overview":
        return <OverviewPanel overview={now} points={watch.points} room={room} setRoom={setRoom} show={show} />;
      case "rooms":
        return (
          <RoomsPanel
            overview={now}
            points={watch.points}
            showCharts={(one) => {
              setRoom(one);
              show("overview");
            }}
          />
        );
      case "actors":
        return <ActorsPanel api={watch.api} overview={now} />;
      case "members":
        return <MembersPanel overview={now} />;
      case "projectors":
        return <ProjectorsPanel overview={now} points={watch.points} />;
      case "letters":
        return <LettersPanel api={watch.api} overview={now} />;
      case "connections":
        return <ConnectionsPanel api={watch.api} overview={now} />;
      default:
        return tab satisfies never;
    }
  };
  const troubles = overview === undefined ? 0 : troublesOf(overview).length;

  return (
    <div className="console-desk">
      <div ref={bar} className="console-tabs" role="tablist" aria-label={words.parts} onKeyDown={onKeyDown}>
        {tabs.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`operate-tab-${one}`}
            data-tab={one}
            aria-selected={one === tab}
            aria-controls="operate-tab-panel"
            tabIndex={one === tab ? 0 : -1}
            className="console-tab"
            onClick={() => setTab(one)}
          >
            {words[`tab_${one}`]}
            {one === "overview" && troubles > 0 && (
              <span className="console-count">
                {troubles}
                <span className="console-hidden"> {words.troublesCounted}</span>
              </span>
            )}
          </button>
        ))}
      </div>
      <div className="console-work">
        <div id="operate-tab-panel" className="console-tab-panel" role="tabpanel" aria-labelledby={`operate-tab-${tab}`}>
          <p className="console-hidden" role="status">
            {overview !== undefined && words.troublesNow(troubles)}
          </p>
          {overview === undefined && (
            <p className="console-empty">{problem === undefined ? words.loading : problemWords(words, problem)}</p>
          )}
          {overview !== undefined && panel(overview)}
        </div>
      </div>
      <Age polled={polled} />
    </div>
  );
}

/** The one that the address names. */
function useTab(): [Tab, (tab: Tab) => void] {
  const [tab, setTab] = useState(() => tabOf(location.search));
  useEffect(() => {
    const goBack = () => setTab(tabOf(location.search));
    addEventListener("popstate", goBack);
    return () => removeEventListener("popstate", goBack);
  }, []);
  return [
    tab,
    (one) => {
      if (one !== tab) history.pushState(null, "", `${location.pathname}?operate=${one}`);
      setTab(one);
    },
  ];
}

/** How old what is shown is, and what came instead of something newer. */
function Age({ polled: { receivedAt, problem, nextAt } }: { readonly polled: Polled<unknown> }) {
  const words = useWords(operateWords);
  const now = useSeconds();
  return (
    <footer className="console-deeds operate-age">
      {receivedAt !== undefined && (
        <span className={problem === undefined ? "console-quiet" : "console-problem"}>
          {words.asOf(words.time(receivedAt), words.span(Math.max(0, now - receivedAt)))}
        </span>
      )}
      <span className="console-problem" role="status">
        {problem !== undefined && problemWords(words, problem)}
      </span>
      {nextAt !== undefined && <span className="console-quiet">{words.againIn(words.span(Math.max(0, nextAt - now)))}</span>}
    </footer>
  );
}
