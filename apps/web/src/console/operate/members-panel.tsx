/** Who is alive since when, and who alone does what. */
import type { MemberNow, OperateOverview } from "@madang/contracts";
import { type OperateWords, operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { useSeconds } from "./watch.ts";

type Row = MemberNow | OperateOverview["missing"][number];

export function MembersPanel({ overview: { members, missing, leases } }: { readonly overview: OperateOverview }) {
  const words = useWords(operateWords);
  const now = useSeconds();
  const rows: readonly Row[] = [...missing, ...members];
  const columns: readonly Column<Row>[] = [
    {
      key: "member",
      name: words.member,
      value: nameOf,
      cell: (row) => (
        <>
          {nameOf(row)}
          {nameOf(row) !== row.member && <span className="console-quiet"> {row.member}</span>}
        </>
      ),
    },
    { key: "kind", name: words.kind, value: ({ kind }) => words[`kind_${kind}`], cell: ({ kind }) => words[`kind_${kind}`] },
    {
      key: "state",
      name: words.state,
      value: (row) => ("ready" in row ? Number(row.ready) : -1),
      cell: (row) =>
        !("ready" in row) ? (
          <span className="console-tag console-tag-bad">{words.silent}</span>
        ) : row.ready ? (
          <span className="console-tag console-tag-good">{words.ready}</span>
        ) : (
          <span className="console-tag console-tag-warn">{words.notReady}</span>
        ),
    },
    {
      key: "since",
      name: words.aliveFor,
      number: true,
      value: (row) => ("startedAt" in row ? -row.startedAt : undefined),
      cell: (row) =>
        "startedAt" in row ? (
          <span title={words.timeAndDay(row.startedAt)}>{words.span(Math.max(0, now - row.startedAt))}</span>
        ) : (
          words.none
        ),
    },
    { key: "does", name: words.does, cell: (row) => ("ready" in row ? doesWords(words, row) : words.none) },
    {
      key: "leases",
      name: words.leases,
      number: true,
      value: ({ member }) => leases.filter(({ holder }) => holder === member).length,
      cell: ({ member }) => words.number(leases.filter(({ holder }) => holder === member).length),
    },
  ];
  const leaseColumns: readonly Column<OperateOverview["leases"][number]>[] = [
    { key: "lease", name: words.lease, value: ({ lease }) => lease, cell: ({ lease }) => lease },
    { key: "about", name: words.does, cell: ({ lease }) => leaseWords(words, lease) },
    { key: "holder", name: words.holder, value: ({ holder }) => holder, cell: ({ holder }) => holder },
    {
      key: "since",
      name: words.heldFor,
      number: true,
      value: ({ since }) => -since,
      cell: ({ since }) => <span title={words.timeAndDay(since)}>{words.span(Math.max(0, now - since))}</span>,
    },
  ];
  return (
    <section className="operate-panel" aria-label={words.tab_members}>
      <h2>{words.tab_members}</h2>
      <DataTable name={words.tab_members} columns={columns} rows={rows} keyOf={({ member }) => member} empty={words.none} />
      <h2>{words.leases}</h2>
      <p className="console-quiet">{words.leasesAbout}</p>
      <DataTable name={words.leases} columns={leaseColumns} rows={leases} keyOf={({ lease }) => lease} empty={words.noLeases} />
    </section>
  );
}

const nameOf = (row: Row): string => ("name" in row ? row.name : row.member);

function doesWords(words: OperateWords, member: MemberNow): string {
  switch (member.kind) {
    case "gateway":
      return words.doesGateway(words.number(member.connections), words.number(member.rooms));
    case "room":
      return words.doesRooms(
        words.number(Object.values(member.states).reduce((all, one) => all + one, 0)),
        words.number(member.handled),
        words.number(member.restarts),
      );
    case "persistence":
      return member.storeAnswers ? words.storeAnswers : words.storeAway;
    default:
      return member satisfies never;
  }
}

function leaseWords(words: OperateWords, lease: string): string {
  if (lease === "audit") return words.leaseAudit;
  if (lease === "registry") return words.leaseRegistry;
  return words.leaseProjector(lease.replace("projector.", "ROOMS_"));
}
