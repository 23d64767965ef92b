/** The page of a broadcast that is shown again: the stage with its player, and the comments beside it or below. */
import type { Connection, RoomView } from "@madang/client";
import { useConnection, useRoom, useRoomView } from "@madang/client/react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { dayAndClock } from "../chat/format.ts";
import { End, endOf } from "../chat/standing.tsx";
import { Courtyard } from "../live/courtyard.tsx";
import { useKnown } from "../live/use-known.ts";
import { Button } from "../look/controls.tsx";
import { Icon } from "../look/icons.tsx";
import { LanguageChoice } from "../look/language-choice.tsx";
import { chatWords } from "../words/chat.ts";
import { replayWords } from "../words/replay.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Controls } from "./controls.tsx";
import { graphOf } from "./graph.ts";
import { usePlayerKeys } from "./keys.ts";
import type { Player } from "./player.ts";
import { ReplayChat } from "./replay-chat.tsx";
import { type Past, type Replaying, usePlayer, useReplay } from "./use-replay.ts";

/** What was done shows for a while. */
const saidForMs = 4_000;

export function ReplayPage({ roomId, video, at }: { roomId: string; video: string | undefined; at: number }) {
  const words = useWords(replayWords);
  const language = useLanguage();
  const connection = useConnection();
  const room = useRoom(roomId);
  const title = useRoomView(room, titleOf);
  const life = useRoomView(room, lifeOf);
  const membership = useRoomView(room, membershipOf);
  const replaying = useReplay(room, at);
  const { past } = replaying;
  const known = useKnown(membership);
  const name = title === "" ? words.replay : title;
  useEffect(() => {
    document.title = title === "" ? words.replay : words.title(title);
  }, [title, words]);

  return (
    <div className="live-page replay-page">
      <header className="live-header">
        <a className="live-brand" href="./" title={words.home}>
          마당
        </a>
        <div className="live-heading">
          <h1>
            <bdi>{name}</bdi>
          </h1>
          <p className="live-facts">
            {known && (
              <span className={`live-state${life === "open" ? " live-state-open" : ""}`}>
                {life === "open" ? words.stillOn : words.replay}
              </span>
            )}
            {past.kind === "there" && past.lengthMs > 0 && (
              <time className="replay-day" dateTime={new Date(past.startedAt).toISOString()}>
                {dayAndClock(past.startedAt, language)}
              </time>
            )}
          </p>
        </div>
        {known && life !== "ended" && (
          <a className="live-console" href={`./live?room=${encodeURIComponent(roomId)}`}>
            {words.toLive}
          </a>
        )}
        <LanguageChoice />
      </header>
      <Body {...{ connection, membership, life, past, replaying, video }} />
    </div>
  );
}

const titleOf = ({ title }: RoomView) => title;
const lifeOf = ({ life }: RoomView) => life;
const membershipOf = ({ membership }: RoomView) => membership;

function Body({
  connection,
  membership,
  life,
  past,
  replaying,
  video,
}: {
  connection: Connection;
  membership: RoomView["membership"];
  life: RoomView["life"];
  past: Past;
  replaying: Replaying;
  video: string | undefined;
}) {
  const words = useWords(replayWords);
  const end = endOf(connection, membership) ?? (past.kind === "unreadable" && past.code === 1100 ? past.code : undefined);
  if (end !== undefined)
    return (
      <main className="replay-alone">
        <End code={end} />
      </main>
    );
  switch (past.kind) {
    case "reading":
      return (
        <main className="replay-alone" aria-busy="true">
          <p role="status">{words.reading}</p>
        </main>
      );
    case "unreadable":
      return (
        <Alone title={words.unreadable} how={words.unreadableHow}>
          <Button look="accent" onClick={replaying.again}>
            {words.tryAgain}
          </Button>
        </Alone>
      );
    case "there": {
      if (past.lengthMs > 0) return <Theatre replaying={replaying} past={past} video={video} />;
      return life === "scheduled" ? (
        <Alone title={words.notBegun} how={words.notBegunHow} />
      ) : (
        <Alone title={words.empty} how={words.emptyHow} />
      );
    }
    default:
      return past satisfies never;
  }
}

function Alone({ title, how, children }: { title: string; how: string; children?: ReactNode }) {
  return (
    <main className="replay-alone">
      <div className="chat-end" role="status">
        <p className="chat-end-title">{title}</p>
        <p>{how}</p>
        {children}
      </div>
    </main>
  );
}

function Theatre({
  replaying: { player, show },
  past: { totals, moments, lengthMs },
  video,
}: {
  replaying: Replaying;
  past: Extract<Past, { kind: "there" }>;
  video: string | undefined;
}) {
  const words = useWords(replayWords);
  const { endMs } = usePlayer(player);
  const graph = useMemo(
    () => (totals === undefined ? undefined : graphOf(totals, Math.max(endMs, 1), moments)),
    [totals, moments, endMs],
  );
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), saidForMs);
    return () => clearTimeout(timer);
  }, [said]);
  usePlayerKeys(player);
  return (
    <main className="live-main" data-length={lengthMs}>
      <section className="replay-player" aria-label={words.player} aria-description={words.playerHow}>
        <Stage player={player} video={video} />
        <Controls player={player} show={show} graph={graph} onDone={setSaid} />
        <p className="replay-said" role="status">
          {said}
        </p>
      </section>
      <ReplayChat show={show} />
    </main>
  );
}

function Stage({ player, video }: { player: Player; video: string | undefined }) {
  const words = useWords(replayWords);
  const chat = useWords(chatWords);
  const { playing } = usePlayer(player);
  const [failed, setFailed] = useState(false);
  const picture = useRef<HTMLVideoElement>(null);
  useEffect(() => (picture.current === null || failed ? undefined : player.follow(picture.current)), [player, failed]);
  return (
    <div className="live-stage">
      {video !== undefined && !failed ? (
        // biome-ignore lint/a11y/useMediaCaption: captions are in the picture's own file.
        <video
          ref={picture}
          className="live-video"
          src={video}
          playsInline
          onError={() => setFailed(true)}
          aria-label={chat.stage}
        />
      ) : (
        <>
          <Courtyard />
          <div className="live-stage-words">
            {!playing && (
              <button type="button" className="replay-begin" aria-label={words.play} onClick={() => player.play()}>
                <Icon name="play" filled />
              </button>
            )}
            <p className="live-stage-how">{failed ? words.videoFailed : words.noPicture}</p>
          </div>
        </>
      )}
    </div>
  );
}
