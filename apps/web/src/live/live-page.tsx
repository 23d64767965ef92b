/** The page of a broadcast: the stage, and the chat beside it or below. */
import { isStaff, type Membership } from "@madang/client";
import { useMadang, useRoom, useRoomView } from "@madang/client/react";
import { useEffect, useState } from "react";
import { ChatPanel } from "../chat/chat-panel.tsx";
import { compact } from "../chat/format.ts";
import { Icon } from "../look/icons.tsx";
import { LanguageChoice } from "../look/language-choice.tsx";
import { chatWords } from "../words/chat.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { Stage } from "./stage.tsx";

export function LivePage({ roomId, video }: { roomId: string; video: string | undefined }) {
  const words = useWords(chatWords);
  const language = useLanguage();
  const client = useMadang();
  const room = useRoom(roomId);
  const view = useRoomView(room);
  const title = view.title === "" ? words.untitled : view.title;
  const staff = isStaff(view.role);
  const state = { scheduled: words.stateScheduled, open: words.stateLive, ended: words.stateEnded }[view.life];
  useEffect(() => {
    document.title = title;
  }, [title]);
  useVisibleHeight();
  const known = useKnown(view.membership);

  return (
    <div className="live-page" data-user={client.user}>
      <header className="live-header">
        <a className="live-brand" href="./" title={words.home}>
          마당
        </a>
        <div className="live-heading">
          <h1>
            <bdi>{title}</bdi>
          </h1>
          <p className="live-facts">
            {known && <span className={`live-state live-state-${view.life}`}>{state}</span>}
            {view.counters !== undefined && (
              <span className="live-viewers">
                <Icon name="people" />
                {words.viewers(compact(view.counters.viewers, language))}
              </span>
            )}
          </p>
        </div>
        {staff && (
          <a className="live-console" href={`./console?room=${encodeURIComponent(roomId)}`}>
            {words.toConsole}
          </a>
        )}
        <LanguageChoice />
      </header>
      <main className="live-main">
        <Stage view={view} video={video} known={known} />
        <ChatPanel room={room} />
      </main>
    </div>
  );
}

/** Whether the room has let one in, so that what the view says of it is true; also while one is on the way back to it. */
function useKnown({ kind }: Membership): boolean {
  const [was, setWas] = useState(false);
  useEffect(() => {
    if (kind === "live") setWas(true);
  }, [kind]);
  return kind === "live" || (was && kind === "joining");
}

/** Where a keyboard covers the page instead of making it smaller, the page is as high as what is left. */
function useVisibleHeight(): void {
  useEffect(() => {
    const visible = window.visualViewport;
    if (visible === null) return;
    const set = () => {
      // Zoomed in by fingers the page stays as it is: one looks at a part of it.
      const covered = visible.scale === 1 && visible.height < window.innerHeight - 100;
      document.documentElement.style.setProperty("--live-height", covered ? `${visible.height}px` : "100dvh");
    };
    set();
    visible.addEventListener("resize", set);
    return () => visible.removeEventListener("resize", set);
  }, []);
}
