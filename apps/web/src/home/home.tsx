/** The first page: what Madang is, the demo while it plays, and a room of one's own. */
import type { RoomView } from "@madang/client";
import { useConnection, useMadang, useRoom, useRoomView } from "@madang/client/react";
import { useEffect, useState } from "react";
import { ChatPanel } from "../chat/chat-panel.tsx";
import { LanguageChoice } from "../look/language-choice.tsx";
import { homeWords } from "../words/home.ts";
import { useWords } from "../words/words.ts";
import { StartRoom } from "./start-room.tsx";

const demoRoom = "live:demo";
/** A demo that is on has its title by then. */
const patienceMs = 5_000;

export function Home() {
  const words = useWords(homeWords);
  // For good: whoever has no token is not let in.
  const isClosed = useConnection().kind === "closed";
  const demo = useDemo(isClosed);
  useEffect(() => {
    document.title = words.title;
  }, [words]);
  return (
    <div className={`home home-${demo}`}>
      <header className="home-header">
        <p className="home-brand">
          <span lang="ko">마당</span> Madang
        </p>
        <LanguageChoice />
      </header>
      <main className="home-main">
        <section className="home-words">
          <h1>{words.lead}</h1>
          <p className="home-about">{words.about}</p>
          {isClosed && <p className="home-closed">{words.closed}</p>}
          {isClosed ? null : demo === "off" ? (
            <a className="control-button control-accent home-watch" href="./live?room=live%3Alobby">
              {words.lobby}
            </a>
          ) : (
            <a className="control-button control-accent home-watch" href={`./live?room=${encodeURIComponent(demoRoom)}`}>
              {words.watch}
            </a>
          )}
        </section>
        {demo !== "off" && <Preview />}
        {!isClosed && <StartRoom />}
      </main>
    </div>
  );
}

function Preview() {
  const words = useWords(homeWords);
  const room = useRoom(demoRoom);
  const plays = usePlays();
  return (
    <section className="home-preview" aria-label={words.preview}>
      <p className="home-preview-about">
        <span className="home-preview-live">{words.live}</span>
        {plays ? words.previewAbout : words.previewQuiet}
      </p>
      <div className="home-chat">
        <ChatPanel room={room} />
      </div>
    </section>
  );
}

/** Whether one has seen the demo play: its room may be there without it. */
function usePlays(): boolean {
  const newest = useRoomView(useRoom(demoRoom), newestOfBots);
  const [first, setFirst] = useState<number>();
  const [plays, setPlays] = useState(false);
  useEffect(() => {
    if (newest === undefined) return;
    if (first === undefined) setFirst(newest);
    else if (newest > first) setPlays(true);
  }, [newest, first]);
  return plays;
}

/** The place of the last that one of the demo has said, 0 if none has; unknown before one is in the room. */
function newestOfBots({ entries, membership, older }: RoomView): number | undefined {
  if (membership.kind !== "live" || older === "loading") return undefined;
  const last = entries.findLast((entry) => entry.kind === "message" && entry.author?.user.startsWith("demo-") === true);
  return last?.kind === "message" ? (last.offset ?? 0) : 0;
}

/** A site may have no demo. Its room is an empty one then, or none at all. */
function useDemo(isClosed: boolean): "waited" | "on" | "off" {
  const client = useMadang();
  const view = useRoomView(client.room(demoRoom));
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  if (view.title !== "" || view.entries.length > 0) return "on";
  return late || isClosed || view.membership.kind === "left" ? "off" : "waited";
}
