import type { RestartLimits } from "./restart-policy.ts";

/** Every bound of the kernel. All are per actor unless they say otherwise. */
export interface ActorLimits {
  readonly mailboxSize: number;
  readonly controlSize: number;
  /** `Infinity`: never passivated. */
  readonly idleAfterMs: number;
  readonly startTimeoutMs: number;
  /** For a behaviour that returned a promise. Checked by the sweep, so up to a quarter late. */
  readonly messageTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly maxAttempts: number;
  /** What one actor handles before the others get their turn. */
  readonly messagesPerTurn: number;
  /** What one directory handles before the event loop gets its turn. */
  readonly messagesPerTick: number;
  readonly restart: RestartLimits;
}

export type LimitOptions = Partial<Omit<ActorLimits, "restart">> & { restart?: Partial<RestartLimits> };

const defaults: ActorLimits = {
  // Eight seconds of the busiest stream known (500 messages/s) while its actor starts or restarts.
  mailboxSize: 4096,
  // Larger than needed: control messages come from moderators and leases, not from the crowd. Bounded, since everything is.
  controlSize: 1024,
  idleAfterMs: 60_000,
  startTimeoutMs: 10_000,
  messageTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
  // Two chances for what was bad luck; a message that fails three fresh states is itself the fault.
  maxAttempts: 3,
  // At 50 µs a message a turn is 3 ms and a tick 13 ms, which no socket notices.
  messagesPerTurn: 64,
  messagesPerTick: 256,
  restart: {
    // Room for two poisoned messages in a row before the actor itself is suspected.
    maxRestarts: 8,
    // Wide enough that eight starts that each run into their timeout still fall into it.
    windowMs: 120_000,
    baseMs: 100,
    capMs: 5_000,
    quarantineMs: 60_000,
  },
};

export function actorLimits(options: LimitOptions = {}): ActorLimits {
  const limits = { ...defaults, ...options, restart: { ...defaults.restart, ...options.restart } };
  for (const name of ["mailboxSize", "controlSize", "maxAttempts", "messagesPerTurn", "messagesPerTick"] as const) {
    if (!Number.isInteger(limits[name]) || limits[name] < 1) throw new RangeError(`${name} must be a whole number from 1`);
  }
  const { restart, ...rest } = limits;
  for (const [name, value] of Object.entries({ ...rest, ...restart })) {
    if (!(value >= 0)) throw new RangeError(`${name} must not be negative`);
  }
  return limits;
}
