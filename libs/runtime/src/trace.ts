/**
 * The trace that a piece of work belongs to, if it belongs to one: what follows on from it in the same process finds it here, and what goes
 * to another process takes its name along. Few commands are followed, and the others pay for a look.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** One span, open until it ends. */
export interface Trace {
  /** 32 and 16 hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** The same as W3C writes it: from this, others go on. */
  readonly traceparent: string;
  /** A span within this one. */
  child(name: string): Trace;
  /** Never what a user wrote. */
  set(attribute: string, value: string | number | boolean): void;
  /** It went wrong: why, in our own words. */
  fail(why: string): void;
  /** Once. `failure` as `fail` has it. */
  end(failure?: string): void;
}

const storage = new AsyncLocalStorage<Trace>();

export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/** Does the work within a trace, and whatever follows on from it; without one, just the work. */
export function inTrace<T>(trace: Trace | undefined, work: () => T): T {
  return trace === undefined ? work() : storage.run(trace, work);
}
