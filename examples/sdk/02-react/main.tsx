// A chat in React: hooks render again when what they show has changed, and keys stay the same from a message's echo to its place.
import { connect, type Message, type Room } from "@madang/client";
import { MadangProvider, useConnection, useRoom, useRoomView } from "@madang/client/react";
import { type FormEvent, StrictMode } from "react";
import { createRoot } from "react-dom/client";

const address = new URLSearchParams(location.search);
const client = connect({ url: address.get("url") ?? "ws://localhost:8000/connection/websocket" });

function Chat({ id }: { id: string }) {
  const room = useRoom(id);
  const connection = useConnection();
  // Only this number is looked at: a new comment does not render it again.
  const viewers = useRoomView(room, (view) => view.counters?.viewers ?? 0);
  return (
    <main>
      <h1>{id}</h1>
      <p role="status">
        {connection.kind}, {viewers} watch
      </p>
      <Messages room={room} />
      <Composer room={room} />
    </main>
  );
}

function Messages({ room }: { room: Room }) {
  const entries = useRoomView(room, (view) => view.entries);
  return (
    <ol>
      {entries.map((entry) => {
        if (entry.kind === "message") return <Line key={entry.key} message={entry} room={room} />;
        if (entry.kind === "skipped") return <li key={entry.key}>{entry.count} comments skipped</li>;
        if (entry.kind === "gap")
          return (
            <li key={entry.key}>
              <button type="button" disabled={entry.filling} onClick={() => room.fillGap(entry)}>
                Show what was missed
              </button>
            </li>
          );
        return null;
      })}
    </ol>
  );
}

function Line({ message, room }: { message: Message; room: Room }) {
  const { author, text, state, key } = message;
  return (
    <li>
      <b>{author?.name ?? "The site"}</b> {text} {state.kind === "sending" && "…"}
      {(state.kind === "refused" || state.kind === "failed") && (
        <button type="button" onClick={() => room.retry(key)}>
          {state.problem.message}: again
        </button>
      )}
    </li>
  );
}

function Composer({ room }: { room: Room }) {
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text") ?? "").trim();
    if (text !== "") room.send(text);
    event.currentTarget.reset();
  };
  return (
    <form onSubmit={send}>
      <input name="text" aria-label="Message" autoComplete="off" onChange={() => room.typing()} />
      <button type="submit">Send</button>
    </form>
  );
}

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <MadangProvider client={client}>
        <Chat id={address.get("room") ?? "live:lobby"} />
      </MadangProvider>
    </StrictMode>,
  );
