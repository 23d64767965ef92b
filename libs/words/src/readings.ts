// One text is read in several ways. Each costs one walk, and is there only where the text asks for it.
import { fold } from "./folding.ts";
import { leet } from "./leet.ts";
import { pieced } from "./pieces.ts";
import type { Reading } from "./reading.ts";
import type { Sign } from "./sign.ts";

/** All readings of a text that differ. */
export function readingsOf(text: string): Reading[] {
  const seen = fold(text, "seen");
  const rows = [seen];
  // Where no other script is, both are the same.
  if (/[^\0-\x7f\u3131-\u318e\uac00-\ud7a3]/.test(text)) rows.push(fold(text, "spelt"));
  if (text.includes(override)) rows.push(displayed(seen, text));
  return [
    ...rows.map((signs): Reading => ({ how: "written", signs, joints: new Map() })),
    ...rows.flatMap((signs) => joined(signs, text)),
  ];
}

function joined(signs: readonly Sign[], text: string): Reading[] {
  const readings = [leet(signs, text), pieced(signs, text, "spaced"), pieced(signs, text, "inserted")];
  return readings.filter((reading) => reading.signs.length > 0);
}

const override = "\u202e";

/** A right-to-left override shows what follows from its end to its beginning, up to its own end or that of the line. */
function displayed(signs: readonly Sign[], text: string): Sign[] {
  const shown: Sign[] = [];
  let turned: Sign[][] = [];
  let turning = false;
  let at = 0;
  const turnBack = () => {
    for (const sign of turned.reverse().flat()) shown.push(sign);
    turned = [];
  };
  for (const sign of signs) {
    for (; at <= sign.start; at++) turning = text[at] === override || (turning && text[at] !== "\u202c" && text[at] !== "\n");
    if (!turning) turnBack();
    if (!turning) shown.push(sign);
    // The signs of one character keep their order.
    else if (sign.first) turned.push([sign]);
    else turned.at(-1)?.push(sign);
  }
  turnBack();
  return shown;
}
