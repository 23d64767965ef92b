/** The whole broadcast in a line: where one is, how many hearts there were, and where gifts and pins came. One drags it, or uses keys. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";
import { plain } from "../chat/format.ts";
import { Icon } from "../look/icons.tsx";
import { replayWords } from "../words/replay.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { type Graph, outlineOf } from "./graph.ts";
import { stepMs } from "./keys.ts";
import type { Player } from "./player.ts";
import { timecode } from "./time.ts";
import { usePlayer } from "./use-replay.ts";

const width = 1_000;
const height = 40;
const pageMs = 60_000;

export function SeekBar({ player, graph, hearts }: { player: Player; graph: Graph | undefined; hearts: number }) {
  const words = useWords(replayWords);
  const language = useLanguage();
  const { at, endMs } = usePlayer(player);
  const bar = useRef<HTMLDivElement>(null);
  /** Where one would jump to, while one drags or points. */
  const [pointed, setPointed] = useState<number>();
  const [dragging, setDragging] = useState(false);
  const outline = useMemo(() => (graph === undefined ? "" : outlineOf(graph.hills, width, height)), [graph]);

  const shown = dragging && pointed !== undefined ? pointed : at;
  const part = (ms: number) => `${(endMs > 0 ? Math.min(1, ms / endMs) : 0) * 100}%`;
  const timeAt = ({ clientX }: PointerEvent) => {
    const { left, width } = bar.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    return Math.max(0, Math.min(1, (clientX - left) / Math.max(1, width))) * endMs;
  };
  const handleKey = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = {
      ArrowRight: at + stepMs,
      ArrowUp: at + stepMs,
      ArrowLeft: at - stepMs,
      ArrowDown: at - stepMs,
      PageUp: at + pageMs,
      PageDown: at - pageMs,
      Home: 0,
      End: endMs,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    player.seek(to);
  };

  const times = [timecode(shown), timecode(endMs)] as const;
  return (
    <div
      ref={bar}
      className="replay-bar"
      role="slider"
      tabIndex={0}
      aria-label={words.seek}
      aria-valuemin={0}
      aria-valuemax={Math.round(endMs / 1_000)}
      aria-valuenow={Math.round(shown / 1_000)}
      aria-valuetext={graph?.total ? words.placeHearts(...times, plain(hearts, language)) : words.place(...times)}
      onKeyDown={handleKey}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
        setPointed(timeAt(event));
      }}
      onPointerMove={(event) => setPointed(timeAt(event))}
      onPointerUp={(event) => {
        if (!dragging) return;
        setDragging(false);
        player.seek(timeAt(event));
      }}
      onPointerCancel={() => setDragging(false)}
      onPointerLeave={() => setPointed(undefined)}
    >
      <svg className="replay-hills" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={outline} />
      </svg>
      <div className="replay-played" style={{ clipPath: `inset(0 calc(100% - ${part(shown)}) 0 0)` }}>
        <svg className="replay-hills" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={outline} />
        </svg>
      </div>
      <div className="replay-track">
        <div className="replay-track-played" style={{ width: part(shown) }} />
      </div>
      {graph?.marks.map(({ kind, atMs, exact }, index) => (
        <span
          key={`${kind}${atMs}-${index}`}
          className={`replay-mark replay-mark-${kind}${exact ? "" : " replay-mark-about"}`}
          style={{ left: part(atMs) }}
          aria-hidden="true"
        >
          <Icon name={kind} />
        </span>
      ))}
      <div className="replay-thumb" style={{ left: part(shown) }} />
      {pointed !== undefined && (
        <span className="replay-pointed" style={{ left: `clamp(28px, ${part(pointed)}, calc(100% - 28px))` }} aria-hidden="true">
          {timecode(pointed)}
        </span>
      )}
    </div>
  );
}
