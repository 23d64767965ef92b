/** How far the store is with each stream, and what the audit found. */
import type { AuditNow, OperateOverview, StreamNow } from "@madang/contracts";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { type Column, DataTable } from "./data-table.tsx";
import type { Point } from "./figures.ts";
import { RoomLink } from "./room-link.tsx";
import { Sparkline } from "./sparkline.tsx";
import { useSeconds } from "./watch.ts";

export function ProjectorsPanel({
  overview: { streams, audit },
  points,
}: {
  readonly overview: OperateOverview;
  readonly points: readonly Point[];
}) {
  const words = useWords(operateWords);
  const now = useSeconds();
  const told = (value: number | undefined) => (value === undefined ? words.unknown : words.number(value));
  const columns: readonly Column<StreamNow>[] = [
    { key: "stream", name: words.stream, value: ({ stream }) => stream, cell: ({ stream }) => stream },
    {
      key: "records",
      name: words.lagRecords,
      number: true,
      value: ({ lagRecords }) => lagRecords,
      cell: ({ lagRecords }) => told(lagRecords),
    },
    {
      key: "ms",
      name: words.lagTime,
      number: true,
      value: ({ lagMs }) => lagMs,
      cell: ({ lagMs }) => (lagMs === undefined ? words.unknown : words.lagSpan(lagMs)),
    },
    {
      key: "line",
      name: words.lastMinutes,
      cell: ({ stream }) => <Sparkline values={points.map((point) => point.streams.get(stream)?.lagRecords ?? null)} />,
    },
    {
      key: "holder",
      name: words.holder,
      value: ({ holder }) => holder,
      cell: ({ holder }) => holder ?? <span className="console-tag console-tag-bad">{words.nobody}</span>,
    },
    {
      key: "since",
      name: words.heldFor,
      number: true,
      value: ({ since }) => (since === undefined ? undefined : -since),
      cell: ({ since }) => words.spanOr(since === undefined ? undefined : Math.max(0, now - since)),
    },
    {
      key: "paused",
      name: words.state,
      cell: ({ paused, holder }) =>
        paused === true ? (
          <span className="console-tag console-tag-warn">{words.paused}</span>
        ) : paused === false ? (
          <span className="console-tag console-tag-good">{words.goesOn}</span>
        ) : holder === undefined ? (
          words.none
        ) : (
          words.unknown
        ),
    },
    {
      key: "letters",
      name: words.deadLetters,
      number: true,
      value: ({ deadLetters }) => deadLetters,
      cell: ({ deadLetters }) => told(deadLetters),
    },
    { key: "lost", name: words.lost, number: true, value: ({ lost }) => lost, cell: ({ lost }) => told(lost) },
  ];
  return (
    <section className="operate-panel" aria-label={words.tab_projectors}>
      <h2>{words.tab_projectors}</h2>
      <p className="console-quiet">{words.projectorsAbout}</p>
      <DataTable
        name={words.tab_projectors}
        columns={columns}
        rows={streams}
        keyOf={({ stream }) => stream}
        empty={words.noStreams}
      />
      <h2>{words.audit}</h2>
      {audit === undefined ? <p className="console-empty">{words.noAudit}</p> : <Audit audit={audit} now={now} />}
    </section>
  );
}

function Audit({ audit, now }: { readonly audit: AuditNow; readonly now: number }) {
  const words = useWords(operateWords);
  const columns: readonly Column<AuditNow["findings"][number]>[] = [
    { key: "room", name: words.room, value: ({ room }) => room, cell: ({ room }) => <RoomLink room={room} /> },
    { key: "what", name: words.finding, value: ({ what }) => what, cell: ({ what }) => words[`finding_${what}`] },
    {
      key: "offsets",
      name: words.offsets,
      number: true,
      value: ({ from }) => from,
      cell: ({ from, to }) => (from === to ? from : `${from} – ${to}`),
    },
    { key: "at", name: words.atTime, number: true, value: ({ at }) => at, cell: ({ at }) => words.timeAndDay(at) },
  ];
  const figures: readonly (readonly [name: string, value: string])[] = [
    [words.lastRound, audit.roundAt === undefined ? words.firstRound : words.ago(words.span(Math.max(0, now - audit.roundAt)))],
    [words.rounds, words.number(audit.rounds)],
    [words.roomsCompared, words.number(audit.rooms)],
    [words.eventsCompared, words.number(audit.events)],
    [words.finding_missing, words.number(audit.missing)],
    [words.finding_different, words.number(audit.different)],
    [words.lostRows, words.number(audit.lost)],
    [words.unread, words.number(audit.unread)],
  ];
  return (
    <>
      <p className="console-quiet">{words.auditAbout(audit.member)}</p>
      <dl className="operate-tiles">
        {figures.map(([name, value]) => (
          <div key={name} className="operate-tile">
            <dt>{name}</dt>
            <dd>
              <b>{value}</b>
            </dd>
          </div>
        ))}
      </dl>
      <DataTable
        name={words.findings}
        columns={columns}
        rows={audit.findings}
        keyOf={({ room, what, from, at }) => `${room} ${what} ${from} ${at}`}
        empty={words.noFindings}
      />
    </>
  );
}
