/** The moderator's half of the console: one room, its live feed, and all that waits or holds in it. */
import type { Room } from "@madang/client";
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { AuditPanel } from "./audit-panel.tsx";
import { DeedsLine } from "./deeds-line.tsx";
import { DeskProvider, useDesk, useOfRoom } from "./desk-context.tsx";
import { everything, type FeedFilter } from "./feed.ts";
import { FeedPanel } from "./feed-panel.tsx";
import { GrantsPanel } from "./grants-panel.tsx";
import { HeldPanel } from "./held-panel.tsx";
import { useList } from "./lists.ts";
import { heldPage, reportsPage } from "./pages.ts";
import { ReportsPanel, reportedOffset } from "./reports-panel.tsx";
import { SanctionsPanel } from "./sanctions-panel.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { UserCard } from "./user-card.tsx";
import { WordsPanel } from "./words-panel.tsx";

const tabs = ["feed", "held", "reports", "sanctions", "words", "settings", "audit", "grants"] as const;
type Tab = (typeof tabs)[number];
const heldNews = ["held", "approved", "denied"] as const;
const reportNews = ["reported", "resolved", "deleted", "purged", "restored"] as const;

export function Moderate({ room }: { readonly room: Room }) {
  return (
    <DeskProvider key={room.id} room={room}>
      <Desk />
    </DeskProvider>
  );
}

function Desk() {
  const words = useWords(consoleWords);
  const { room, user, showUser } = useDesk();
  const role = useOfRoom(room, (view) => view.role);
  const [tab, setTab] = useState<Tab>("feed");
  const [filter, setFilter] = useState<FeedFilter>(everything);
  const bar = useRef<HTMLDivElement>(null);
  const loadHeld = useCallback((after: number | undefined) => heldPage(room, after), [room]);
  const loadReports = useCallback((after: number | undefined) => reportsPage(room, after), [room]);
  const held = useList(room, loadHeld, heldNews);
  const reports = useList(room, loadReports, reportNews);
  const heldOffsets = useMemo(() => new Set(held.entries.map(({ offset }) => offset)), [held.entries]);
  const reportedOffsets = useMemo(
    () => new Set(reports.entries.map(reportedOffset).filter((offset) => offset !== undefined)),
    [reports.entries],
  );
  const counts: { readonly [one in Tab]?: string | undefined } = { held: countOf(held), reports: countOf(reports) };
  const shown = tabs.filter((one) => one !== "grants" || role === "owner");

  /** As tabs are moved through everywhere. */
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? shown.length - 1 : shown.indexOf(tab) + (by ?? 0);
    if (by === undefined && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    const next = shown[(to + shown.length) % shown.length];
    if (next === undefined) return;
    setTab(next);
    bar.current?.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };

  return (
    <div className="console-desk">
      <div ref={bar} className="console-tabs" role="tablist" aria-label={words.parts} onKeyDown={onKeyDown}>
        {shown.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`console-tab-${one}`}
            data-tab={one}
            aria-selected={one === tab}
            aria-controls="console-tab-panel"
            tabIndex={one === tab ? 0 : -1}
            className="console-tab"
            onClick={() => setTab(one)}
          >
            {words[`tab_${one}`]}
            {counts[one] !== undefined && <span className="console-count">{counts[one]}</span>}
          </button>
        ))}
      </div>
      <div className="console-work">
        <div id="console-tab-panel" className="console-tab-panel" role="tabpanel" aria-labelledby={`console-tab-${tab}`}>
          {tab === "feed" && <FeedPanel held={heldOffsets} reported={reportedOffsets} filter={filter} setFilter={setFilter} />}
          {tab === "held" && <HeldPanel list={held} />}
          {tab === "reports" && <ReportsPanel list={reports} />}
          {tab === "sanctions" && <SanctionsPanel />}
          {tab === "words" && <WordsPanel />}
          {tab === "settings" && <SettingsPanel owner={role === "owner"} />}
          {tab === "audit" && <AuditPanel />}
          {tab === "grants" && <GrantsPanel />}
        </div>
        {user !== undefined && (
          <UserCard
            user={user}
            showOnly={(one) => {
              setFilter({ ...everything, user: one });
              setTab("feed");
              showUser(undefined);
            }}
          />
        )}
      </div>
      <DeedsLine />
    </div>
  );
}

function countOf({ entries, more }: { entries: readonly unknown[]; more: boolean }): string | undefined {
  return entries.length === 0 ? undefined : more ? `${entries.length}+` : String(entries.length);
}
