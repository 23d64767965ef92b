/** What could not be handled or stored: a list, each of them on demand, and another try. */
import type { LetterEntry, OperateLetter, OperateLetters, OperateOverview, OperateReplay } from "@madang/contracts";
import { useEffect, useState } from "react";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import { Modal } from "../modal.tsx";
import type { Answer, OperateApi } from "./api.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { useDeeds } from "./deed.tsx";
import { bodyText } from "./letter-body.ts";
import { problemWords } from "./problem-words.ts";
import { RoomLink } from "./room-link.tsx";

const pageSize = 50;

export function LettersPanel({ api, overview }: { readonly api: OperateApi; readonly overview: OperateOverview }) {
  const words = useWords(operateWords);
  const [starts, setStarts] = useState<readonly number[]>([]);
  const [version, setVersion] = useState(0);
  const [shown, setShown] = useState<number>();
  const { count, newest } = overview.deadLetters ?? {};
  const after = starts.at(-1);
  // Persistence is asked when there is something new, and not every two seconds.
  const answer = useAnswer<OperateLetters>(
    api,
    `dead-letters?limit=${pageSize}${after === undefined ? "" : `&after=${after}`}`,
    `${version} ${count} ${newest?.id}`,
  );
  const deeds = useDeeds();
  const replay = (id: number) =>
    deeds.ask({
      title: words.replayTitle(id),
      about: words.replayAbout,
      verb: words.replay,
      run: async () => {
        const tried = await api.post<OperateReplay>(`dead-letters/${id}/replay`);
        setVersion((before) => before + 1);
        if (!tried.ok) return tried;
        const { done, detail } = tried.value;
        return { ok: true, value: { good: done, words: done ? words.replayed(id, detail) : words.stays(id, detail) } };
      },
    });
  const columns: readonly Column<LetterEntry>[] = [
    { key: "id", name: words.id, number: true, value: ({ id }) => id, cell: ({ id }) => id },
    { key: "time", name: words.atTime, value: ({ time }) => time, cell: ({ time }) => words.timeAndDay(time) },
    {
      key: "source",
      name: words.source,
      value: ({ letter }) => letter?.source,
      cell: ({ letter }) => (letter === undefined ? words.unreadable : words[`source_${letter.source}`]),
    },
    {
      key: "room",
      name: words.room,
      value: ({ letter }) => letter?.room,
      cell: ({ letter }) => (letter === undefined ? words.none : <RoomLink room={letter.room} />),
    },
    {
      key: "reason",
      name: words.reason,
      value: ({ letter }) => letter?.reason,
      cell: ({ letter }) => letter?.reason ?? words.none,
    },
    {
      key: "bytes",
      name: words.size,
      number: true,
      value: ({ letter }) => letter?.bytes,
      cell: ({ letter }) => (letter === undefined ? words.none : words.bytes(letter.bytes)),
    },
    {
      key: "acts",
      name: words.acts,
      cell: ({ id }) => (
        <span className="console-buttons">
          <button type="button" className="console-button" onClick={() => setShown(id)}>
            {words.show}
            <span className="console-hidden"> {id}</span>
          </button>
          <button type="button" className="console-button" onClick={() => replay(id)}>
            {words.replay}
            <span className="console-hidden"> {id}</span>
          </button>
        </span>
      ),
    },
  ];
  const list = answer?.ok === true ? answer.value : undefined;
  return (
    <section className="operate-panel" aria-label={words.tab_letters}>
      <h2>{words.tab_letters}</h2>
      <p className="console-quiet">{words.lettersAbout}</p>
      {deeds.shown}
      {answer?.ok === false && (
        <p className="console-problem">
          {problemWords(words, answer.problem)}{" "}
          <button type="button" className="console-link" onClick={() => setVersion(version + 1)}>
            {words.again}
          </button>
        </p>
      )}
      {answer === undefined && <p className="console-empty">{words.loading}</p>}
      {list !== undefined && (
        <DataTable
          name={words.tab_letters}
          columns={columns}
          rows={list.letters}
          keyOf={({ id }) => String(id)}
          empty={words.noLetters}
        />
      )}
      <div className="console-buttons">
        <button
          type="button"
          className="console-button"
          disabled={starts.length === 0}
          onClick={() => setStarts(starts.slice(0, -1))}
        >
          {words.newer}
        </button>
        <button
          type="button"
          className="console-button"
          disabled={list?.next === undefined}
          onClick={() => {
            if (list?.next !== undefined) setStarts([...starts, list.next]);
          }}
        >
          {words.older}
        </button>
      </div>
      {shown !== undefined && <Letter key={shown} api={api} id={shown} close={() => setShown(undefined)} />}
    </section>
  );
}

/** What `path` gives, asked anew whenever `version` is another; what came before stays until then. */
function useAnswer<T extends object>(api: OperateApi, path: string, version: string): Answer<T> | undefined {
  const [answer, setAnswer] = useState<Answer<T>>();
  useEffect(() => {
    const stop = new AbortController();
    void api.get<T>(path, stop.signal).then((one) => {
      if (!stop.signal.aborted) setAnswer(one);
    });
    return () => stop.abort();
  }, [api, path, version]);
  return answer;
}

function Letter({ api, id, close }: { readonly api: OperateApi; readonly id: number; readonly close: () => void }) {
  const words = useWords(operateWords);
  const answer = useAnswer<OperateLetter>(api, `dead-letters/${id}`, "");
  return (
    <Modal title={words.letterTitle(id)} className="operate-letter" close={close}>
      {answer === undefined && <p className="console-quiet">{words.loading}</p>}
      {answer?.ok === false && <p className="console-problem">{problemWords(words, answer.problem)}</p>}
      {answer?.ok === true && <Shown letter={answer.value} />}
      <div className="console-buttons">
        <button type="button" className="console-button" onClick={close}>
          {words.close}
        </button>
      </div>
    </Modal>
  );
}

function Shown({ letter: { time, letter, body } }: { readonly letter: OperateLetter }) {
  const words = useWords(operateWords);
  const told: readonly (readonly [name: string, value: string | number | undefined])[] = [
    [words.atTime, words.timeAndDay(time)],
    [words.source, letter === undefined ? words.unreadable : words[`source_${letter.source}`]],
    [words.room, letter?.room],
    [words.reason, letter?.reason],
    [words.author, letter?.author],
    [words.type, letter?.type],
    [words.offset, letter?.offset],
    [words.sequence, letter?.sequence],
  ];
  return (
    <>
      <dl className="operate-facts">
        {told.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name} className="operate-fact">
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {body !== undefined && (
        <>
          <h3>{body.encoding === "utf8" ? words.body : words.bodyBytes}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and has to by keys as well */}
          <section className="operate-body" tabIndex={0} aria-label={words.body}>
            <pre>{bodyText(body)}</pre>
          </section>
        </>
      )}
    </>
  );
}
