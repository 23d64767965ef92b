/** What is watched: the picture, or where there is none a calm place that says how far the broadcast is. */
import type { RoomView } from "@madang/client";
import { useState } from "react";
import { dayAndClock, plain } from "../chat/format.ts";
import { useNow } from "../chat/use-now.ts";
import { Icon } from "../look/icons.tsx";
import { chatWords } from "../words/chat.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Courtyard } from "./courtyard.tsx";

/** `known`: what the view says of the room is true. */
export function Stage({ view, video, known }: { view: RoomView; video: string | undefined; known: boolean }) {
  const words = useWords(chatWords);
  const [failed, setFailed] = useState(false);
  const picture = video !== undefined && !failed && known && view.life === "open";
  return (
    <section className="live-stage" aria-label={words.stage}>
      {picture ? (
        <video className="live-video" src={video} controls autoPlay muted playsInline onError={() => setFailed(true)} />
      ) : (
        <>
          <Courtyard />
          <div className="live-stage-words">
            {known && <Words view={view} />}
            {failed && <p className="live-stage-how">{words.videoFailed}</p>}
          </div>
        </>
      )}
    </section>
  );
}

function Words({ view }: { view: RoomView }) {
  const words = useWords(chatWords);
  switch (view.life) {
    case "scheduled":
      return <Countdown startsAt={view.startsAt} />;
    case "open":
      return (
        <>
          <p className="live-stage-title">{words.onAir}</p>
          <p className="live-stage-how">{words.onAirHow}</p>
        </>
      );
    case "ended":
      return (
        <>
          <p className="live-stage-title">{words.over}</p>
          <p className="live-stage-how">{words.overHow}</p>
          <a className="live-replay" href={`./replay?room=${encodeURIComponent(view.room)}`}>
            <Icon name="play" filled />
            {words.watchReplay}
          </a>
        </>
      );
    default:
      return view.life satisfies never;
  }
}

function Countdown({ startsAt }: { startsAt: number | undefined }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const now = useNow(startsAt);
  // What is no date cannot be counted down to.
  if (startsAt === undefined || startsAt <= now || startsAt > 8_640_000_000_000_000)
    return <p className="live-stage-title">{words.startsSoon}</p>;
  const seconds = Math.ceil((startsAt - now) / 1_000);
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return (
    <>
      <p className="live-stage-how">{words.startsIn}</p>
      {/* A timer is not read out with every second. */}
      <p className="live-countdown" role="timer" aria-live="off">
        {days > 0 && <span>{words.days(plain(days, language))} </span>}
        {clock}
      </p>
      <p className="live-stage-how">
        <time dateTime={new Date(startsAt).toISOString()}>{words.startsAt(dayAndClock(startsAt, language))}</time>
      </p>
    </>
  );
}
