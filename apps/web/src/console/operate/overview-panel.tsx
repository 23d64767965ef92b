/** How all of it stands: what is wrong, the figures of now, and charts of the last ten minutes. */
import type { OperateOverview } from "@madang/contracts";
import { useMemo } from "react";
import { type OperateWords, operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { Chart } from "./chart.tsx";
import { columns, type Figures, figuresAt, type Point } from "./figures.ts";
import type { Tab } from "./tabs.ts";
import { about, type Trouble, troublesOf } from "./troubles.ts";

const mostTroubles = 20;
/** What an axis goes up by. */
const wholes = [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((power) => n * 10 ** power)).toSorted((a, b) => a - b);
const spans = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 21_600_000, 86_400_000];

export function OverviewPanel({
  overview,
  points,
  room,
  setRoom,
  show,
}: {
  readonly overview: OperateOverview;
  readonly points: readonly Point[];
  /** Whose figures the charts show; all together without one. */
  readonly room: string | undefined;
  readonly setRoom: (room: string | undefined) => void;
  readonly show: (tab: Tab) => void;
}) {
  const words = useWords(operateWords);
  return (
    <section className="operate-panel" aria-label={words.tab_overview}>
      <Troubles troubles={troublesOf(overview)} show={show} />
      <Tiles overview={overview} point={points.at(-1)} />
      <div className="operate-head">
        <h2>{words.lastMinutes}</h2>
        <label className="operate-choice">
          <span className="console-quiet">{words.of}</span>
          <select value={room ?? ""} onChange={({ target }) => setRoom(target.value === "" ? undefined : target.value)}>
            <option value="">{words.allRooms}</option>
            {choices(overview, room).map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Charts points={points} room={room} />
      <p className="console-quiet">{room === undefined ? words.chartsAbout : words.roomChartsAbout}</p>
    </section>
  );
}

function choices({ rooms }: OperateOverview, room: string | undefined): readonly string[] {
  // By name, so that they keep their places while one chooses.
  return [...new Set([...rooms.map((one): string => one.room), ...(room === undefined ? [] : [room])])].sort();
}

function Troubles({ troubles, show }: { readonly troubles: readonly Trouble[]; readonly show: (tab: Tab) => void }) {
  const words = useWords(operateWords);
  return (
    <section className="operate-troubles" aria-labelledby="operate-troubles">
      <h2 id="operate-troubles">{words.troubles}</h2>
      {troubles.length === 0 && <p className="operate-well">{words.allWell}</p>}
      <ul>
        {troubles.slice(0, mostTroubles).map((trouble) => {
          const { bad, runbook, tab } = about[trouble.what];
          const text = troubleWords(words, trouble);
          return (
            <li key={text} className={bad ? "operate-trouble operate-trouble-bad" : "operate-trouble"}>
              <span className={bad ? "console-tag console-tag-bad" : "console-tag console-tag-warn"}>
                {bad ? words.bad : words.warn}
              </span>
              <span className="operate-trouble-words">{text}</span>
              <span className="operate-trouble-more">
                <button type="button" className="console-link" onClick={() => show(tab)}>
                  {words.see(words[`tab_${tab}`])}
                </button>
                <span className="console-quiet">
                  docs/operations.md: <code>{runbook}</code>
                </span>
              </span>
            </li>
          );
        })}
      </ul>
      {troubles.length > mostTroubles && <p className="console-quiet">{words.andMore(troubles.length - mostTroubles)}</p>}
    </section>
  );
}

function troubleWords(words: OperateWords, trouble: Trouble): string {
  switch (trouble.what) {
    case "missing":
      return words.trouble_missing(words[`kind_${trouble.kind}`], trouble.member);
    case "none":
      return words.trouble_none(words[`kind_${trouble.kind}`]);
    case "withoutNats":
      return words.trouble_withoutNats(trouble.member);
    case "storeAway":
      return words.trouble_storeAway(trouble.member);
    case "notReady":
      return words.trouble_notReady(words[`kind_${trouble.kind}`], trouble.member);
    case "quarantined":
      return words.trouble_quarantined(trouble.room, trouble.error ?? "");
    case "restarting":
      return words.trouble_restarting(trouble.room, trouble.restarts);
    case "unprojected":
      return words.trouble_unprojected(trouble.stream);
    case "lost":
      return words.trouble_lost(trouble.stream, trouble.count);
    case "differs":
      return words.trouble_differs(trouble.missing, trouble.different);
    case "paused":
      return words.trouble_paused(trouble.stream);
    case "lags":
      return words.trouble_lags(trouble.stream, words.number(trouble.records), words.spanOr(trouble.ms));
    case "slow":
      return words.trouble_slow(trouble.room, words.ms(trouble.ms));
    case "deadLetters":
      return words.trouble_deadLetters(trouble.count);
    case "unaudited":
      return words.trouble_unaudited;
    default:
      return trouble satisfies never;
  }
}

function Tiles({ overview, point }: { readonly overview: OperateOverview; readonly point: Point | undefined }) {
  const words = useWords(operateWords);
  const gateways = overview.members.filter((one) => one.kind === "gateway");
  const services = overview.members.filter((one) => one.kind === "room");
  const told = (value: number | undefined, format: (value: number) => string) =>
    value === undefined ? words.none : format(value);
  const now: Figures = point === undefined ? {} : figuresAt(point, undefined);
  const connections = gateways.reduce((all, one) => all + one.connections, 0);
  const awake = services.reduce((all, { states }) => all + (states.running ?? 0), 0);
  const waiting = services.reduce((all, one) => all + one.waiting.total, 0);
  const tiles: readonly (readonly [name: string, value: string, more?: string])[] = [
    [words.commentsPerS, told(now.commentsPerS, words.rate)],
    [words.viewers, told(now.viewers, words.number)],
    [words.commits, told(now.commitP50Ms, words.ms), `p99 ${told(now.commitP99Ms, words.ms)}`],
    [words.lag, told(now.lagMs, words.lagSpan), words.records(told(now.lagRecords, words.number))],
    [words.connections, words.number(connections), words.onGateways(gateways.length)],
    [words.roomsAwake, words.number(awake), words.inServices(services.length)],
    [words.waiting, words.number(waiting), words.waitingMost(Math.max(0, ...services.map((one) => one.waiting.most)))],
    [words.deadLetters, told(overview.deadLetters?.count, words.number)],
  ];
  return (
    <dl className="operate-tiles" aria-label={words.now}>
      {tiles.map(([name, value, more]) => (
        <div key={name} className="operate-tile">
          <dt>{name}</dt>
          <dd>
            <b>{value}</b>
            {more !== undefined && <span className="console-quiet">{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Charts({ points, room }: { readonly points: readonly Point[]; readonly room: string | undefined }) {
  const words = useWords(operateWords);
  const { times, values } = useMemo(
    () => columns(points, room, ["commentsPerS", "viewers", "commitP50Ms", "commitP99Ms", "lagMs"]),
    [points, room],
  );
  const [comments = [], viewers = [], p50 = [], p99 = [], lag = []] = values;
  // The same as long as the values are, so that a chart is drawn when there is something new, and not at every move of the mouse.
  const series = useMemo(
    () => ({
      comments: [{ name: words.commentsPerS, values: comments }],
      viewers: [{ name: words.viewers, values: viewers }],
      commits: [
        { name: "p50", values: p50 },
        { name: "p99", values: p99 },
      ],
      lag: [{ name: words.lag, values: lag }],
    }),
    [words, comments, viewers, p50, p99, lag],
  );
  return (
    <div className="operate-charts">
      <Chart name={words.commentsPerS} times={times} series={series.comments} format={words.rate} leastTop={1} />
      <Chart name={words.viewers} times={times} series={series.viewers} format={words.number} leastTop={4} steps={wholes} />
      <Chart name={words.commits} times={times} series={series.commits} format={words.ms} leastTop={10} />
      <Chart name={words.lag} times={times} series={series.lag} format={words.lagSpan} leastTop={1_000} steps={spans} />
    </div>
  );
}
