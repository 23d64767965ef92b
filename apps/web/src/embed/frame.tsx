/** What is in the element: the chat, or in words why there is none. */
import { MadangProvider } from "@madang/client/react";
import { ChatPanel } from "../chat/chat-panel.tsx";
import { ErrorBoundary } from "../look/error-boundary.tsx";
import { embedWords } from "../words/embed.ts";
import { InLanguage, type Language, useWords } from "../words/words.ts";
import type { Joined } from "./joined.ts";

export function Frame({
  joined,
  language,
  onAgain,
}: {
  joined: Joined | "no-room" | "bad-url";
  language: Language;
  onAgain: () => void;
}) {
  return (
    <InLanguage language={language}>
      <div className="embed-frame" lang={language}>
        {typeof joined === "string" ? (
          <Nothing why={joined} />
        ) : (
          <MadangProvider client={joined.client}>
            <ErrorBoundary onAgain={onAgain}>
              <ChatPanel room={joined.room} onAgain={onAgain} />
            </ErrorBoundary>
          </MadangProvider>
        )}
      </div>
    </InLanguage>
  );
}

function Nothing({ why }: { why: "no-room" | "bad-url" }) {
  const words = useWords(embedWords);
  const [title, how] = why === "no-room" ? [words.noRoom, words.noRoomHow] : [words.badUrl, words.badUrlHow];
  return (
    <div className="chat-panel">
      <div className="chat-end">
        <p className="chat-end-title">{title}</p>
        <p>{how}</p>
      </div>
    </div>
  );
}
