/** Above the feed: what is searched for, what is left out, and how closely the lines stand. */
import type { RoomView } from "@madang/client";
import type { Ref } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { everything, type FeedFilter } from "./feed.ts";

const kinds = ["reported", "held", "masked", "links"] as const;

export interface FeedToolsProps {
  readonly filter: FeedFilter;
  readonly setFilter: (filter: FeedFilter) => void;
  readonly dense: boolean;
  readonly setDense: (dense: boolean) => void;
  readonly perS: number;
  readonly paused: boolean;
  readonly togglePause: () => void;
  readonly search: Ref<HTMLInputElement>;
  readonly leaveSearch: () => void;
  readonly showKeys: () => void;
  readonly older: RoomView["older"];
  readonly searching: boolean;
  readonly lookFurtherBack: () => void;
  /** How many are found; undefined: nothing is left out. */
  readonly found: number | undefined;
}

export function FeedTools(props: FeedToolsProps) {
  const words = useWords(consoleWords);
  const { filter, setFilter, dense, setDense, perS, paused, found, older, searching } = props;
  return (
    <div className="console-tools">
      <input
        ref={props.search}
        type="search"
        className="console-search"
        aria-label={words.search}
        placeholder={words.search}
        aria-keyshortcuts="/"
        value={filter.search}
        onChange={(event) => setFilter({ ...filter, search: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === "Escape") setFilter({ ...filter, search: "" });
          if (event.key === "Escape" || event.key === "Enter") props.leaveSearch();
        }}
      />
      <fieldset className="console-chips">
        <legend className="console-hidden">{words.filters}</legend>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            className="console-chip"
            aria-pressed={filter.only.has(kind)}
            onClick={() => setFilter({ ...filter, only: toggled(filter.only, kind) })}
          >
            {words[`filter_${kind}`]}
          </button>
        ))}
        {filter.user !== undefined && (
          <button
            type="button"
            className="console-chip"
            aria-pressed
            onClick={() => setFilter({ search: filter.search, only: filter.only })}
          >
            {filter.user} ×
          </button>
        )}
      </fieldset>
      <span className="console-tools-end">
        <span className="console-quiet">{words.perSecond(perS)}</span>
        <button type="button" className="console-button" aria-pressed={paused} onClick={props.togglePause}>
          {paused ? words.goOn : words.standStill}
        </button>
        <button type="button" className="console-button" aria-pressed={dense} onClick={() => setDense(!dense)}>
          {words.dense}
        </button>
        <button type="button" className="console-button" onClick={props.showKeys} aria-keyshortcuts="?">
          {words.keys}
        </button>
      </span>
      {found !== undefined && (
        <p className="console-found">
          <span aria-live="polite">{words.found(found)}</span>
          <button type="button" className="console-link" disabled={older === "none" || searching} onClick={props.lookFurtherBack}>
            {searching || older === "loading" ? words.looking : older === "none" ? words.allRead : words.lookFurtherBack}
          </button>
          <button type="button" className="console-link" onClick={() => setFilter(everything)}>
            {words.clearFilters}
          </button>
        </p>
      )}
    </div>
  );
}

function toggled<T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(one)) next.add(one);
  return next;
}
