/** What the operator's half looks at all the time, kept for as long as the page is open. */
import type { OperateOverview } from "@madang/contracts";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type Answer, OperateApi } from "./api.ts";
import { type Point, pointOf, withPoint } from "./figures.ts";
import { Poll, type Polled } from "./poll.ts";

export class Watch {
  readonly api: OperateApi;
  readonly overview: Poll<OperateOverview>;
  #points: readonly Point[] = [];

  constructor(token: string | undefined) {
    this.api = new OperateApi(token);
    this.overview = new Poll({
      ask: (signal) => this.api.get<OperateOverview>("overview", signal),
      onValue: (overview, at) => {
        this.#points = withPoint(this.#points, pointOf(overview, at));
      },
    });
  }

  get points(): readonly Point[] {
    return this.#points;
  }
}

let current: { readonly token: string | undefined; readonly watch: Watch } | undefined;

/** The same for the same token, so that the charts go on when one comes back from the other half. */
export function watchOf(token: string | undefined): Watch {
  if (current?.token !== token || current === undefined) current = { token, watch: new Watch(token) };
  return current.watch;
}

/** Polls while it is shown. */
export function usePolled<T>(poll: Poll<T>): Polled<T> {
  useEffect(() => poll.start(), [poll]);
  return useSyncExternalStore(poll.subscribe, () => poll.state);
}

/** Polls what `path` gives. */
export function usePath<T extends object>(
  api: OperateApi,
  path: string,
): { readonly polled: Polled<T>; readonly refresh: () => void } {
  const poll = useMemo(() => new Poll<T>({ ask: (signal): Promise<Answer<T>> => api.get<T>(path, signal) }), [api, path]);
  const polled = usePolled(poll);
  return { polled, refresh: () => poll.refresh() };
}

/** The time, once a second. */
export function useSeconds(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
