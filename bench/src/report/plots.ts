/** One plot for each suite, as a specification of Vega-Lite. */
import { stacks } from "../stacks/index.ts";
import type { Row } from "./rows.ts";
import { sayFigure } from "./tables.ts";

export type Plot = { readonly [key: string]: unknown };

const layers = { domain: ["peer", "A", "B", "C"], range: ["#9aa5b1", "#2f80c2", "#1f9d72", "#c4622d"] };

export function plotOf(suite: string, rows: readonly Row[]): Plot {
  const plot = suite.startsWith("fan-out") ? ratios(rows) : suite.startsWith("linear") ? linear(rows) : bars(rows, chosen(suite));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    background: "white",
    config: { font: "sans-serif" },
    ...plot,
  };
}

/** Bars of ratios with their ranges, a panel for each rate. */
function ratios(rows: readonly Row[]): Plot {
  const values = rows.flatMap(({ case: name, stack, layer, ratio }) =>
    ratio === undefined ? [] : [{ case: name, stack: titleOf(stack), layer, ...ratio }],
  );
  const y = { field: "stack", type: "nominal", sort: null, title: null, axis: { labelLimit: 0 } };
  const cases = [...new Set(rows.map((row) => row.case))];
  return {
    data: { values },
    facet: { column: { field: "case", type: "nominal", sort: cases, title: null, header: { labelFontSize: 13 } } },
    resolve: { scale: { x: "independent" } },
    spacing: 16,
    spec: {
      width: 230,
      height: { step: 20 },
      layer: [
        {
          mark: { type: "bar", height: 13 },
          encoding: {
            y,
            x: { field: "median", type: "quantitative", title: "deliveries per CPU second, ratio to F1" },
            color: { field: "layer", type: "nominal", scale: layers, title: "layer" },
          },
        },
        { mark: { type: "rule" }, encoding: { y, x: { field: "min", type: "quantitative" }, x2: { field: "max" } } },
        { mark: { type: "rule", strokeDash: [3, 3] }, encoding: { x: { datum: 1 } } },
      ],
    },
  };
}

/** What a delivery costs in crowds of different sizes. */
function linear(rows: readonly Row[]): Plot {
  const values = rows.map(({ case: name, stack, figures }) => ({
    viewers: Number(name.replaceAll(/\D/g, "")),
    stack: titleOf(stack),
    ...figures.cpuUsPerDelivery,
  }));
  const x = { field: "viewers", type: "quantitative", scale: { zero: true } };
  const color = { field: "stack", type: "nominal", title: null, legend: { labelLimit: 0 } };
  return {
    data: { values },
    width: 420,
    height: 240,
    layer: [
      {
        mark: { type: "line", point: true },
        encoding: { x, y: { field: "median", type: "quantitative", title: "CPU µs per delivery", scale: { zero: true } }, color },
      },
      { mark: "rule", encoding: { x, y: { field: "min", type: "quantitative" }, y2: { field: "max" }, color } },
    ],
  };
}

interface Panel {
  readonly title: string;
  readonly figures: RegExp;
  readonly cases?: RegExp;
}

/** Which figures of a suite are worth a look, in panels by their unit. */
function chosen(suite: string): readonly Panel[] {
  if (suite === "line-live") return [{ title: "cores", figures: /^cores of|^generatorCores/ }];
  if (suite === "idle")
    return [
      { title: "KiB", figures: /^kiB/ },
      { title: "CPU µs per second", figures: /^cpuUs/ },
    ];
  const milliseconds = { title: "ms", figures: /Ms$/ };
  if (suite === "live-room" || suite === "hearts")
    return [milliseconds, { title: "cores", figures: /^cores of|^generatorCores/ }];
  if (suite === "reconnect" || suite === "recovery") return [milliseconds];
  // How long comments wait when as many as possible are under way says nothing of how long they wait otherwise.
  return [
    { title: "comments per second", figures: /^commentsPerS$/ },
    { ...milliseconds, cases: /^(?!closed loop)/ },
  ];
}

function bars(rows: readonly Row[], panels: readonly Panel[]): Plot {
  return {
    vconcat: panels.map(({ title, figures, cases = /./ }) => {
      const values = rows
        .filter((row) => cases.test(row.case))
        .flatMap((row) =>
          Object.entries(row.figures).flatMap(([figure, found]) =>
            figures.test(figure) ? [{ what: `${row.case}: ${sayFigure(figure)}`, ...found }] : [],
          ),
        );
      const y = { field: "what", type: "nominal", sort: null, title: null, axis: { labelLimit: 0 } };
      return {
        data: { values },
        width: 360,
        height: { step: 22 },
        layer: [
          {
            mark: { type: "bar", height: 14, color: layers.range[1] },
            encoding: { y, x: { field: "median", type: "quantitative", title } },
          },
          { mark: "rule", encoding: { y, x: { field: "min", type: "quantitative" }, x2: { field: "max" } } },
        ],
      };
    }),
  };
}

function titleOf(stack: string | undefined): string {
  const title = stacks.find(({ name }) => name === stack)?.title ?? stack ?? "";
  return title.replaceAll("`", "");
}
