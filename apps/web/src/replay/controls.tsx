/** What one plays with: the seek bar, and the buttons below it. */
import { compact, plain } from "../chat/format.ts";
import { Button, IconButton } from "../look/controls.tsx";
import { Icon } from "../look/icons.tsx";
import { replayWords } from "../words/replay.ts";
import { useLanguage, useWords } from "../words/words.ts";
import type { Graph, Mark } from "./graph.ts";
import { jumpMs } from "./keys.ts";
import type { Player } from "./player.ts";
import { SeekBar } from "./seek-bar.tsx";
import { Share } from "./share.tsx";
import type { Show } from "./show.ts";
import { timecode } from "./time.ts";
import { usePlayer, useShown } from "./use-replay.ts";

const rates = [0.5, 0.75, 1, 1.25, 1.5, 2];

export function Controls({
  player,
  show,
  graph,
  onDone,
}: {
  player: Player;
  show: Show;
  graph: Graph | undefined;
  onDone: (words: string) => void;
}) {
  const words = useWords(replayWords);
  const language = useLanguage();
  const { at, endMs, playing, rate } = usePlayer(player);
  const { hearts } = useShown(show);
  const count = Object.values(hearts).reduce((sum, one) => sum + one, 0);
  const bestMs = graph?.bestMs;
  const marks = graph?.marks ?? [];
  const timesOf = (kind: Mark["kind"]) =>
    marks
      .filter((mark) => mark.kind === kind)
      .map(({ atMs, exact }) => (exact ? timecode(atMs) : words.about(timecode(atMs))))
      .join(", ");
  const [gifts, pins] = [timesOf("gift"), timesOf("pin")];
  return (
    <div className="replay-controls">
      <SeekBar player={player} graph={graph} hearts={count} />
      {marks.length > 0 && (
        <p className="chat-unseen">
          {gifts !== "" && words.giftsAt(gifts)} {pins !== "" && words.pinsAt(pins)}
        </p>
      )}
      <div className="replay-buttons">
        <IconButton
          className="replay-play"
          name={playing ? words.pause : words.play}
          icon={playing ? "pause" : "play"}
          filled={!playing}
          onClick={() => player.toggle()}
        />
        <IconButton name={words.back} icon="back" onClick={() => player.seek(at - jumpMs)} />
        <IconButton name={words.forth} icon="forth" onClick={() => player.seek(at + jumpMs)} />
        <p className="replay-time">
          <span>{timecode(at)}</span> / {timecode(endMs)}
        </p>
        <p className="replay-hearts" title={words.hearts(plain(count, language))}>
          <Icon name="heart" filled />
          <span aria-hidden="true">{compact(count, language)}</span>
          <span className="chat-unseen">{words.hearts(plain(count, language))}</span>
        </p>
        {bestMs !== undefined && graph !== undefined && graph.total > 0 && (
          <Button
            className="replay-best"
            look="plain"
            aria-label={words.bestAt(timecode(bestMs))}
            onClick={() => player.seek(bestMs)}
          >
            {words.best}
          </Button>
        )}
        <span className="replay-space" />
        <select
          className="control-select replay-speed"
          aria-label={words.speed}
          value={rate}
          onChange={(event) => player.setRate(Number(event.target.value))}
        >
          {rates.map((one) => (
            <option key={one} value={one}>
              {`${plain(one, language)}×`}
            </option>
          ))}
        </select>
        <Share player={player} onDone={onDone} />
      </div>
    </div>
  );
}
