/** Which room: typed, one of the last, or, for operators, one that is awake now. */
import { useEffect, useState } from "react";
import { consoleWords } from "../words/console.ts";
import { useWords } from "../words/words.ts";
import { recentRooms } from "./recent-rooms.ts";

const channel = "(?:[a-z][a-z0-9\\-]{0,15}:)?[A-Za-z0-9_\\-]{1,64}";

export function RoomChoice({
  choose,
  token,
}: {
  readonly choose: (room: string) => void;
  /** Of an operator. */
  readonly token: string | undefined;
}) {
  const words = useWords(consoleWords);
  const [typed, setTyped] = useState("");
  const awake = useAwakeRooms(token);
  return (
    <section className="console-door">
      <h2>{words.whichRoom}</h2>
      <form
        className="console-inline"
        onSubmit={(event) => {
          event.preventDefault();
          choose(typed.trim());
        }}
      >
        <label className="console-field console-field-wide">
          <span>{words.room}</span>
          <input
            name="room"
            value={typed}
            required
            pattern={channel}
            placeholder="live:concert"
            autoComplete="off"
            autoCapitalize="none"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit" className="console-button console-button-main">
          {words.enter}
        </button>
      </form>
      <Rooms name={words.recentRooms} rooms={recentRooms()} choose={choose} />
      <Rooms name={words.awakeRooms} rooms={awake} choose={choose} />
    </section>
  );
}

function Rooms({
  name,
  rooms,
  choose,
}: {
  readonly name: string;
  readonly rooms: readonly string[];
  readonly choose: (room: string) => void;
}) {
  if (rooms.length === 0) return null;
  return (
    <>
      <h3>{name}</h3>
      <ul className="console-rooms">
        {rooms.map((room) => (
          <li key={room}>
            <button type="button" className="console-button" onClick={() => choose(room)}>
              {room}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The busiest first; none where the site does not tell. */
function useAwakeRooms(token: string | undefined): readonly string[] {
  const [rooms, setRooms] = useState<readonly string[]>([]);
  useEffect(() => {
    if (token === undefined) return;
    const stop = new AbortController();
    fetch("./api/operate/overview", {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(5_000)]),
    })
      .then((response) => (response.ok ? response.json() : undefined))
      .then((overview?: { rooms?: { room?: unknown }[] }) => {
        setRooms((overview?.rooms ?? []).map(({ room }) => room).filter((room) => typeof room === "string"));
      })
      .catch(() => {});
    return () => stop.abort();
  }, [token]);
  return rooms;
}
