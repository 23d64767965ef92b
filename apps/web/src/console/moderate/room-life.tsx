/** What the room is called, and whether it is on. For owners. */
import { useEffect, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { useDesk, useOfRoom } from "./desk-context.tsx";

export function RoomLife() {
  const words = useWords(consoleWords);
  const { room, act } = useDesk();
  const title = useOfRoom(room, (view) => view.title);
  const life = useOfRoom(room, (view) => view.life);
  const [typed, setTyped] = useState(title);
  const [startsAt, setStartsAt] = useState("");
  useEffect(() => setTyped(title), [title]);
  const start = startsAt === "" ? Number.NaN : new Date(startsAt).getTime();
  return (
    <section className="console-life">
      <h2>{words.verb_room}</h2>
      <form
        className="console-inline"
        onSubmit={(event) => {
          event.preventDefault();
          act({ verb: "room", change: { title: typed.trim() }, before: { title } });
        }}
      >
        <label className="console-field">
          <span>{words.title}</span>
          <input
            name="title"
            value={typed}
            maxLength={200}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit" className="console-button" disabled={typed.trim() === title}>
          {words.saveTitle}
        </button>
      </form>
      <p>
        {words.lifeNow} <strong>{words[`life_${life}`]}</strong>
      </p>
      <div className="console-buttons">
        <button
          type="button"
          className="console-button console-button-good"
          disabled={life === "open"}
          onClick={() => act({ verb: "room", change: { state: "open" }, before: { state: life } })}
        >
          {words.openRoom}
        </button>
        <button
          type="button"
          className="console-button console-button-bad"
          disabled={life === "ended"}
          onClick={() => act({ verb: "room", change: { state: "ended" }, before: { state: life } })}
        >
          {words.endRoom}
        </button>
      </div>
      <form
        className="console-inline"
        onSubmit={(event) => {
          event.preventDefault();
          if (Number.isFinite(start))
            act({ verb: "room", change: { state: "scheduled", startsAt: start }, before: { state: life } });
        }}
      >
        <label className="console-field">
          <span>{words.startsAt}</span>
          <input type="datetime-local" value={startsAt} onChange={(event) => setStartsAt(event.target.value)} />
        </label>
        <button type="submit" className="console-button" disabled={!Number.isFinite(start)}>
          {words.scheduleRoom}
        </button>
      </form>
    </section>
  );
}
