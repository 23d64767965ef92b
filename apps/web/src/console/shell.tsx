/** The console: who is at it, in which room, and which half of it is shown. */
import type { Madang, Room, RoomView } from "@madang/client";
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { LanguageChoice } from "../look/language-choice.tsx";
import type { Session } from "../session.ts";
import { consoleWords } from "../words/console.ts";
import { useWords } from "../words/words.ts";
import { useOfRoom } from "./moderate/desk-context.tsx";
import { Moderate } from "./moderate/moderate.tsx";
import { useSlowly } from "./moderate/use-slowly.ts";
import { rememberRoom } from "./recent-rooms.ts";
import { RoomChoice } from "./room-choice.tsx";
import { SignIn } from "./sign-in.tsx";
import { claimsOf } from "./token.ts";

/** The operator's half: read only by those who open it. */
const Operate = lazy(() => import("./operate/operate.tsx"));
type Half = "moderate" | "operate";

export function Shell({ session }: { readonly session: Session }) {
  const words = useWords(consoleWords);
  const { client, token } = session;
  const operator = claimsOf(token)?.operator === true;
  const [roomId, setRoomId] = useState(() => roomOf(location.search));
  const [half, setHalf] = useState(() => halfOf(location.search));
  useEffect(() => {
    const where = half === "operate" ? words.half_operate : roomId;
    document.title = where === undefined ? words.console : `${where} · ${words.console}`;
  }, [half, roomId, words]);

  const choose = (id: string | undefined) => {
    const address = id === undefined ? location.pathname : `${location.pathname}?room=${encodeURIComponent(id)}`;
    history.pushState(null, "", address);
    setRoomId(id);
  };
  const turn = (to: Half) => {
    if (to === half) return;
    const room = roomId === undefined ? "" : `?room=${encodeURIComponent(roomId)}`;
    history.pushState(null, "", `${location.pathname}${to === "operate" ? "?operate=overview" : room}`);
    setHalf(to);
  };
  useEffect(() => {
    const goBack = () => {
      setHalf(halfOf(location.search));
      if (halfOf(location.search) === "moderate") setRoomId(roomOf(location.search));
    };
    addEventListener("popstate", goBack);
    return () => removeEventListener("popstate", goBack);
  }, []);

  return (
    <div className="console">
      <header className="console-head">
        <h1>{words.console}</h1>
        {(operator || half === "operate") && (
          <nav className="console-halves" aria-label={words.halves}>
            {(["moderate", "operate"] as const).map((one) => (
              <button key={one} type="button" className="console-chip" aria-pressed={one === half} onClick={() => turn(one)}>
                {words[`half_${one}`]}
              </button>
            ))}
          </nav>
        )}
        {half === "moderate" && roomId !== undefined && (
          <button type="button" className="console-link console-room-name" onClick={() => choose(undefined)}>
            {roomId} ▾<span className="console-hidden">{words.otherRoom}</span>
          </button>
        )}
        <span className="console-head-end">
          <LanguageChoice />
          <Who client={client} token={token} />
        </span>
      </header>
      <main className="console-main">
        {half === "operate" ? (
          <Suspense fallback={<p className="console-empty">{words.loading}</p>}>
            <Operate token={token} />
          </Suspense>
        ) : roomId === undefined ? (
          <RoomChoice choose={choose} token={operator ? token : undefined} />
        ) : (
          <InRoom key={roomId} client={client} roomId={roomId} token={token} leave={() => choose(undefined)} />
        )}
      </main>
    </div>
  );
}

/** `?operate=overview` names a part of the operator's half; who is no operator is told so there. */
const halfOf = (search: string): Half => (new URLSearchParams(search).has("operate") ? "operate" : "moderate");

const roomOf = (search: string): string | undefined => new URLSearchParams(search).get("room") || undefined;

function InRoom({
  client,
  roomId,
  token,
  leave,
}: {
  readonly client: Madang;
  readonly roomId: string;
  readonly token: string | undefined;
  readonly leave: () => void;
}) {
  const words = useWords(consoleWords);
  const room = useMemo(() => client.room(roomId), [client, roomId]);
  const connection = useSyncExternalStore(
    (listener) => client.subscribe(listener),
    () => client.connection,
  );
  const membership = useOfRoom(room, (view) => view.membership);
  const role = useOfRoom(room, (view) => view.role);
  const [staff, setStaff] = useState(false);
  const isStaff = role === "moderator" || role === "owner";
  useEffect(() => {
    if (isStaff) rememberRoom(roomId);
    // Once at the desk one stays there while the connection is away; only who is told that they are no moderator any more leaves it.
    setStaff((before) => isStaff || (before && membership.kind !== "live"));
  }, [isStaff, membership.kind, roomId]);
  // Whether one is staff is known a moment after one is in.
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    setWaited(false);
    if (membership.kind !== "live") return;
    const timer = setTimeout(() => setWaited(true), 1_500);
    return () => clearTimeout(timer);
  }, [membership.kind]);

  const shut = connection.kind === "closed" ? connection : membership.kind === "left" ? membership : undefined;
  if (shut !== undefined) {
    const { code, reason } = shut;
    return <SignIn roomId={roomId} token={token} user={client.user} why={{ kind: "shut", code, reason }} leave={leave} />;
  }
  if (isStaff || staff) {
    return (
      <>
        {connection.kind === "reconnecting" && (
          <p className="console-problem console-banner" role="alert">
            {words.reconnecting}
          </p>
        )}
        <RoomLine room={room} />
        <Moderate room={room} />
      </>
    );
  }
  if (membership.kind === "joining" || !waited) return <p className="console-empty">{words.loading}</p>;
  return <SignIn roomId={roomId} token={token} user={client.user} why={{ kind: "role", role }} leave={leave} />;
}

function RoomLine({ room }: { readonly room: Room }) {
  const words = useWords(consoleWords);
  const { title, life, counters } = useSlowly(room, whole);
  return (
    <p className="console-room-line">
      {title !== "" && <strong className="console-breaks">{title}</strong>}
      <span className={life === "open" ? "console-tag console-tag-good" : "console-tag console-tag-warn"}>
        {words[`life_${life}`]}
      </span>
      {counters !== undefined && <span className="console-quiet">{words.watching(counters.viewers, counters.comments)}</span>}
      {counters?.sampled === true && <span className="console-tag console-tag-warn">{words.sampled}</span>}
      <a className="console-link" href={`./live?room=${encodeURIComponent(room.id)}`} target="_blank" rel="noreferrer">
        {words.openLive}
      </a>
    </p>
  );
}

const whole = (view: RoomView): RoomView => view;

function Who({ client, token }: { readonly client: Madang; readonly token: string | undefined }) {
  const words = useWords(consoleWords);
  const user = useSyncExternalStore(
    (listener) => client.subscribe(listener),
    () => client.user,
  );
  if (token === undefined) return <span className="console-quiet">{words.visitor}</span>;
  return (
    <>
      <span className="console-quiet console-who">{user}</span>
      <button
        type="button"
        className="console-button"
        onClick={() => {
          location.hash = "token=";
          location.reload();
        }}
      >
        {words.signOut}
      </button>
    </>
  );
}
