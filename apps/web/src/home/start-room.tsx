/** Starts a room that one owns, and then leads to it. */
import { ErrorCode, MadangError } from "@madang/client";
import { useMadang } from "@madang/client/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button, Field } from "../look/controls.tsx";
import { CopyLink } from "../look/share-link.tsx";
import { homeWords } from "../words/home.ts";
import { useWords } from "../words/words.ts";
import { ownRooms, rememberOwnRoom } from "./own-rooms.ts";

const longestTitle = 100;

type Step =
  | { readonly kind: "asking"; readonly problem?: Problem }
  | { readonly kind: "starting" }
  | { readonly kind: "started"; readonly title: string; readonly room: string };
type Problem = "noStarting" | "tooMany" | "notStarted";

export function StartRoom() {
  const words = useWords(homeWords);
  const client = useMadang();
  const [title, setTitle] = useState("");
  const [step, setStep] = useState<Step>({ kind: "asking" });
  const done = useRef<HTMLHeadingElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // Whoever cannot see the form go hears what came in its place.
  useEffect(() => {
    if (step.kind === "started") done.current?.focus();
  }, [step.kind]);

  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() === "" || step.kind === "starting") return;
    setStep({ kind: "starting" });
    try {
      const { room } = await client.startRoom({ title: title.trim() });
      rememberOwnRoom({ room, title: title.trim() });
      setStep({ kind: "started", title: title.trim(), room });
      setTitle("");
    } catch (error) {
      setStep({ kind: "asking", problem: problemOf(error) });
    }
  };

  if (step.kind === "started") {
    const room = encodeURIComponent(step.room);
    return (
      <section className="home-start">
        <h2 ref={done} tabIndex={-1}>
          <bdi>{words.started(step.title)}</bdi>
        </h2>
        <p>{words.startAbout}</p>
        <p className="home-start-links">
          <a className="control-button control-accent" href={`./live?room=${room}`}>
            {words.open}
          </a>
          <a className="control-button control-plain" href={`./console?room=${room}`}>
            {words.console}
          </a>
          <CopyLink link={linkTo(step.room)} title={step.title} />
          <Button
            look="quiet"
            onClick={() => {
              setStep({ kind: "asking" });
              requestAnimationFrame(() => field.current?.focus());
            }}
          >
            {words.another}
          </Button>
        </p>
      </section>
    );
  }
  const problem = step.kind === "asking" ? step.problem : undefined;
  return (
    <section className="home-start" aria-labelledby="home-start-title">
      <h2 id="home-start-title">{words.startTitle}</h2>
      <p>{words.startAbout}</p>
      <form onSubmit={(event) => void start(event)}>
        <Field label={words.roomTitle} problem={problem === undefined ? undefined : words[problem]}>
          {(attributes) => (
            <input
              {...attributes}
              ref={field}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
              placeholder={words.roomTitleExample}
              maxLength={longestTitle}
              autoComplete="off"
              enterKeyHint="go"
              required
            />
          )}
        </Field>
        <Button type="submit" look="accent" disabled={step.kind === "starting"}>
          {step.kind === "starting" ? words.starting : words.start}
        </Button>
      </form>
      <p className="home-problem" role="status">
        {problem === undefined ? "" : words[problem]}
      </p>
      <OwnRooms />
    </section>
  );
}

function OwnRooms() {
  const words = useWords(homeWords);
  const [rooms] = useState(ownRooms);
  if (rooms.length === 0) return null;
  return (
    <>
      <h3 className="home-own-title">{words.ownRooms}</h3>
      <ul className="home-own">
        {rooms.map(({ room, title }) => (
          <li key={room}>
            <a href={`./live?room=${encodeURIComponent(room)}`}>
              <bdi>{title}</bdi>
            </a>
            <CopyLink link={linkTo(room)} title={title} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** For others: whole, and with nothing of one's own. */
const linkTo = (room: string) => new URL(`./live?room=${encodeURIComponent(room)}`, location.href).href;

function problemOf(error: unknown): Problem {
  const code = error instanceof MadangError ? error.code : 0;
  if (code === ErrorCode.permissionDenied || code === ErrorCode.methodNotFound) return "noStarting";
  return code === ErrorCode.tooMany || code === ErrorCode.tooManyRequests ? "tooMany" : "notStarted";
}
