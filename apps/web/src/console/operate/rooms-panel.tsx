/** The busiest rooms that are awake. */
import type { ActorNow, OperateOverview } from "@madang/contracts";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { columns as columnsOf, type Point } from "./figures.ts";
import { RoomLink } from "./room-link.tsx";
import { Sparkline } from "./sparkline.tsx";

export function RoomsPanel({
  overview: { rooms },
  points,
  showCharts,
}: {
  readonly overview: OperateOverview;
  readonly points: readonly Point[];
  readonly showCharts: (room: string) => void;
}) {
  const words = useWords(operateWords);
  const told = (value: number | undefined, format: (value: number) => string) =>
    value === undefined ? words.none : format(value);
  const columns: readonly Column<ActorNow>[] = [
    { key: "room", name: words.room, value: ({ room }) => room, cell: ({ room }) => <RoomLink room={room} /> },
    {
      key: "comments",
      name: words.commentsPerS,
      number: true,
      value: ({ live }) => live?.commentsPerS,
      cell: ({ live }) => told(live?.commentsPerS, words.rate),
    },
    {
      key: "line",
      name: words.lastMinutes,
      cell: ({ room }) => (
        <button type="button" className="operate-line-button" aria-label={words.chartsOf(room)} onClick={() => showCharts(room)}>
          <Sparkline values={columnsOf(points, room, ["commentsPerS"]).values[0] ?? []} />
        </button>
      ),
    },
    {
      key: "viewers",
      name: words.viewers,
      number: true,
      value: ({ live }) => live?.viewers,
      cell: ({ live }) => told(live?.viewers, words.number),
    },
    {
      key: "p50",
      name: words.commitP50,
      number: true,
      value: ({ live }) => live?.commitP50Ms,
      cell: ({ live }) => told(live?.commitP50Ms, words.ms),
    },
    {
      key: "p99",
      name: words.commitP99,
      number: true,
      value: ({ live }) => live?.commitP99Ms,
      cell: ({ live }) => told(live?.commitP99Ms, words.ms),
    },
    {
      key: "offset",
      name: words.events,
      number: true,
      value: ({ live }) => live?.offset,
      cell: ({ live }) => told(live?.offset, words.number),
    },
    { key: "stream", name: words.stream, value: ({ stream }) => stream, cell: ({ stream }) => stream },
    { key: "member", name: words.roomService, value: ({ member }) => member, cell: ({ member }) => member },
  ];
  return (
    <section className="operate-panel" aria-label={words.tab_rooms}>
      <h2>{words.tab_rooms}</h2>
      <p className="console-quiet">{words.roomsAbout}</p>
      <DataTable
        name={words.tab_rooms}
        columns={columns}
        rows={rooms}
        keyOf={({ room, member }) => `${room} ${member}`}
        first={{ key: "comments", down: true }}
        empty={words.noRooms}
      />
    </section>
  );
}
