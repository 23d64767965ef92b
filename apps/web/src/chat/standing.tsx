/** How one stands with the room and the connection, when that is not simply well. */
import { type Connection, ErrorCode, type Membership } from "@madang/client";
import { useMadang } from "@madang/client/react";
import { useEffect, useState } from "react";
import { Button } from "../look/controls.tsx";
import { type ChatWords, chatWords } from "../words/chat.ts";
import { useWords } from "../words/words.ts";

/** Shorter ones are over before anybody has read about them. */
const bannerAfterMs = 600;
const backForMs = 3_000;

/** That the connection is lost, that it is back, and that one comes in. */
export function ConnectionBanner({ connection, membership }: { connection: Connection; membership: Membership }) {
  const words = useWords(chatWords);
  const shown = useBanner(connection, membership);
  const online = useOnline();
  if (shown === undefined) return <div className="chat-banner-place" role="status" />;
  const said = {
    connecting: words.connecting,
    lost: online ? words.reconnecting : words.offline,
    back: words.back,
  }[shown];
  return (
    <div className="chat-banner-place" role="status">
      <p className={`chat-banner chat-banner-${shown}`}>
        <span className="chat-banner-dot" aria-hidden="true" />
        {said}
      </p>
    </div>
  );
}

function useBanner(connection: Connection, membership: Membership): "connecting" | "lost" | "back" | undefined {
  const [shown, setShown] = useState<"connecting" | "lost" | "back">();
  const whole = connection.kind === "connected" && membership.kind === "live";
  const lost = connection.kind === "reconnecting";
  const waiting = connection.kind === "connecting" || (connection.kind === "connected" && membership.kind === "joining");
  useEffect(() => {
    if (whole) {
      setShown((former) => (former === "lost" ? "back" : undefined));
      const timer = setTimeout(() => setShown(undefined), backForMs);
      return () => clearTimeout(timer);
    }
    if (!lost && !waiting) {
      setShown(undefined);
      return;
    }
    const timer = setTimeout(() => setShown((former) => (lost || former === "lost" ? "lost" : "connecting")), bannerAfterMs);
    return () => clearTimeout(timer);
  }, [whole, lost, waiting]);
  return shown;
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return online;
}

/** Whether it is over for good, and with which number. */
export function endOf(connection: Connection, membership: Membership): number | undefined {
  if (connection.kind === "closed") return connection.code;
  return membership.kind === "left" ? membership.code : undefined;
}

/** What ended it for good, and what one can do. */
export function End({ code, onAgain = () => location.reload() }: { code: number; onAgain?: () => void }) {
  const words = useWords(chatWords);
  const { hasToken } = useMadang();
  const { title, how, again } = endWords({ code, hasToken }, words);
  return (
    <div className="chat-end" role="alert">
      <p className="chat-end-title">{title}</p>
      <p>{how}</p>
      {again && (
        <Button look="accent" onClick={onAgain}>
          {words.tryAgain}
        </Button>
      )}
    </div>
  );
}

/** Ends of subscriptions and connections by the protocol's numbers, beside errors in replies; 1 is the SDK's own. */
const endCode = { banned: 2000, invalidToken: 3500, connectionLimit: 3504, noNewerToken: 1 } as const;

function endWords(
  { code, hasToken }: { code: number; hasToken: boolean },
  words: ChatWords,
): { title: string; how: string; again: boolean } {
  switch (code) {
    case endCode.banned:
    case ErrorCode.banned:
      return { title: words.endBanned, how: words.endBannedHow, again: false };
    case ErrorCode.unknownChannel:
    case ErrorCode.badRequest:
      return { title: words.endUnknown, how: words.endUnknownHow, again: true };
    case ErrorCode.permissionDenied:
      return { title: words.endRefused, how: words.endRefusedHow, again: false };
    case endCode.invalidToken:
    case ErrorCode.tokenExpired:
    case endCode.noNewerToken:
      if (!hasToken) return { title: words.endNoToken, how: words.endNoTokenHow, again: false };
      return { title: words.endToken, how: words.endTokenHow, again: false };
    case endCode.connectionLimit:
      return { title: words.endTooMany, how: words.endTooManyHow, again: true };
    default:
      return { title: words.endClosed, how: words.endClosedHow, again: true };
  }
}
