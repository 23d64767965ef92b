/** For our own tests: a directory on a manual clock that writes down everything it sees. */
import type { ActorRef, Behavior, EndReason, Life } from "./behavior.ts";
import { Directory, type DirectoryOptions } from "./directory.ts";
import { ManualClock, settled } from "./manual-clock.ts";

export type Key = "a" | "b" | "c" | `n${number}`;

export interface House {
  readonly directory: Directory<Key, string>;
  readonly clock: ManualClock;
  /** What behaviours finished, in order. */
  readonly handled: string[];
  /** `message:kind`, in order. */
  readonly rejected: string[];
  /** Starts and closes: `start a`, `close a passivated`. */
  readonly lives: string[];
  readonly errors: string[];
  /** The refs of all incarnations, in the order of their starts. */
  readonly refs: ActorRef<string>[];
}

export interface Scenery extends Partial<Omit<DirectoryOptions<Key, string>, "start">> {
  /** What the nth incarnation (from 0) does. What it returns without a throw counts as handled. */
  behavior?: (message: string, at: { nth: number; key: Key }) => ReturnType<Behavior<string>>;
  /** Awaited before the incarnation lives; may throw. */
  starting?: (nth: number, key: Key) => void | Promise<void>;
  closing?: (reason: EndReason, nth: number) => void | Promise<void>;
  idle?: () => boolean;
}

export function house(scenery: Scenery = {}): House {
  const { behavior = () => {}, starting, closing, idle, ...options } = scenery;
  const clock = new ManualClock();
  const handled: string[] = [];
  const rejected: string[] = [];
  const lives: string[] = [];
  const errors: string[] = [];
  const refs: ActorRef<string>[] = [];
  const directory = new Directory<Key, string>({
    clock,
    random: () => 0.5,
    onFailure: () => "restart",
    onError: (error, { where }) => errors.push(`${where}: ${error instanceof Error ? error.message : error}`),
    ...options,
    reject(message, why, key) {
      rejected.push(`${message}:${why.kind}`);
      options.reject?.(message, why, key);
    },
    start(key, self) {
      const nth = refs.push(self) - 1;
      lives.push(`start ${key}`);
      const life: Life<string> = {
        behavior: (message) => {
          const next = behavior(message, { nth, key });
          if (!(next instanceof Promise)) handled.push(message);
          else
            return next.then((settledNext) => {
              handled.push(message);
              return settledNext;
            });
          return next;
        },
        close(reason) {
          lives.push(`close ${key} ${reason}`);
          return closing?.(reason, nth);
        },
        ...(idle && { idle }),
      };
      const wait = starting?.(nth, key);
      return wait instanceof Promise ? wait.then(() => life) : life;
    },
  });
  return { directory, clock, handled, rejected, lives, errors, refs };
}

export const tellAll = ({ directory }: House, key: Key, messages: string[]): void => {
  for (const message of messages) directory.tell(key, message);
};

/** A promise that somebody else settles. */
export const gate = <T = void>() => Promise.withResolvers<T>();

/** A behaviour that throws at these messages, as often as it says. */
export function failing(times: Record<string, number>): (message: string) => void {
  const left = { ...times };
  return (message) => {
    const more = left[message] ?? 0;
    left[message] = more - 1;
    if (more > 0) throw new Error(`cannot ${message}`);
  };
}

export { settled };
