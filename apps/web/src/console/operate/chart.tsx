/** A chart of the last ten minutes by uPlot, with its current values in words and all of it as a table for who does not see it. */
import "uplot/dist/uPlot.min.css";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { operateWords } from "../../words/operate.ts";
import { useLanguage, useWords } from "../../words/words.ts";
import { keptMs } from "./figures.ts";

export interface Series {
  readonly name: string;
  /** A value for each time. */
  readonly values: readonly (number | null)[];
}

const heightPx = 128;
const inks = ["--operate-ink-1", "--operate-ink-2"] as const;
const tableStep_s = 30;

export function Chart({
  name,
  times,
  series,
  format,
  leastTop,
  steps,
}: {
  readonly name: string;
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** What the axis goes up to at least. */
  readonly leastTop: number;
  /** What it goes up by. */
  readonly steps?: number[];
}) {
  const words = useWords(operateWords);
  const language = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef({ format, clock: words.clock });
  latest.current = { format, clock: words.clock };
  const [pointed, setPointed] = useState<number | undefined>(undefined);
  const [open, setOpen] = useState(false);
  const title = useId();
  const count = series.length;

  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(options({ element, count, latest, setPointed, leastTop, steps }), [[]], element);
    chart.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightPx }));
    resized.observe(element);
    // What is drawn has the colours of when it was drawn.
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => made.redraw();
    scheme.addEventListener("change", redraw);
    return () => {
      scheme.removeEventListener("change", redraw);
      resized.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [count, leastTop, steps]);

  // In another language the words on the axes are others.
  useEffect(() => {
    chart.current?.setData([[...times], ...series.map(({ values }) => [...values])]);
  }, [times, series, language]);

  const at = pointed !== undefined && pointed < times.length ? pointed : times.length - 1;
  const told = (value: number | null | undefined) => (value === null || value === undefined ? words.none : format(value));
  return (
    <figure className="operate-chart" aria-labelledby={title}>
      <figcaption className="operate-chart-head">
        <span id={title} className="operate-chart-name">
          {name}
        </span>
        {series.map(({ name: one, values }, n) => (
          <span key={one} className={`operate-key operate-key-${n + 1}`}>
            {count > 1 && <span className="console-quiet">{one} </span>}
            <b>{told(values[at])}</b>
          </span>
        ))}
        {pointed !== undefined && <span className="console-quiet">{words.time((times[at] ?? 0) * 1_000)}</span>}
      </figcaption>
      <div
        ref={place}
        className="operate-chart-place"
        role="img"
        aria-label={series
          .map((one) => words.chartInWords(count > 1 ? `${name}, ${one.name}` : name, ...ends(one.values, told)))
          .join(" ")}
      />
      <details className="operate-chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          {words.asTable}
          <span className="console-hidden">: {name}</span>
        </summary>
        {open && (
          <table>
            <thead>
              <tr>
                <th scope="col">{words.atTime}</th>
                {series.map((one) => (
                  <th key={one.name} scope="col">
                    {one.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {tableRows(times).map((row) => (
                <tr key={times[row]}>
                  <th scope="row">{words.time((times[row] ?? 0) * 1_000)}</th>
                  {series.map((one) => (
                    <td key={one.name}>{told(one.values[row])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </details>
    </figure>
  );
}

/** Now, least and most. */
function ends(
  values: readonly (number | null)[],
  told: (value: number | null | undefined) => string,
): [now: string, least: string, most: string] {
  const known = values.filter((value) => value !== null);
  return [
    told(values.at(-1)),
    told(known.length === 0 ? null : Math.min(...known)),
    told(known.length === 0 ? null : Math.max(...known)),
  ];
}

/** The newest, and before it the first of each half minute, so that rows stay what they are while new ones come. The newest first. */
function tableRows(times: readonly number[]): number[] {
  const slot = (row: number) => Math.floor((times[row] ?? 0) / tableStep_s);
  return times
    .map((_, row) => row)
    .filter((row) => row === 0 || row === times.length - 1 || slot(row) !== slot(row - 1))
    .reverse();
}

function options({
  element,
  count,
  latest,
  setPointed,
  leastTop,
  steps,
}: {
  element: HTMLElement;
  count: number;
  latest: { readonly current: { format: (value: number) => string; clock: (at: number) => string } };
  setPointed: (at: number | undefined) => void;
  leastTop: number;
  steps: number[] | undefined;
}): uPlot.Options {
  const axis = { stroke: ink(element, "--madang-quiet"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  return {
    width: Math.max(element.clientWidth, 100),
    height: heightPx,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    hooks: { setCursor: [({ cursor }) => setPointed(cursor.idx ?? undefined)] },
    scales: {
      x: { range: () => [(Date.now() - keptMs) / 1_000, Date.now() / 1_000] },
      // From zero on, so that what is small looks small.
      y: { range: (_, __, most) => [0, Math.max((most ?? 0) * 1.15, leastTop)] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 72,
        grid: { show: false },
        values: (_, at) => at.map((one) => latest.current.clock(one * 1_000)),
      },
      {
        ...axis,
        size: 56,
        space: 32,
        ...(steps === undefined ? {} : { incrs: steps }),
        grid: { stroke: ink(element, "--madang-line"), width: 1 },
        values: (_, values) => values.map((one) => latest.current.format(one)),
      },
    ],
    series: [
      {},
      ...inks.slice(0, count).map(
        (name, n): uPlot.Series => ({
          stroke: ink(element, name),
          width: 2,
          // Told apart without colours, too.
          ...(n > 0 ? { dash: [6, 4] } : {}),
          points: { show: (plot) => plot.data[0].length < 3 },
        }),
      ),
    ],
  };
}

/** What a variable stands for now: a canvas knows none. */
function ink(element: HTMLElement, name: string): () => string {
  return () => {
    element.style.color = `var(${name})`;
    return getComputedStyle(element).color;
  };
}
