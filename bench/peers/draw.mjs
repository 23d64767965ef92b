// A Vega-Lite specification becomes SVG, without a browser.
import { parse, View } from "vega";
import { compile } from "vega-lite";

export function svg(plot) {
  return new View(parse(compile(plot).spec), { renderer: "none" }).toSVG();
}
