/**
 * The tokens that the site has taken back. Every gateway holds all of them, so that looking one up asks nobody. They are stored in a
 * bucket, under the first characters of their keys: a few values of a bounded size, each rewritten without what has had its time.
 *
 * What is revoked only grows until it is forgotten, so that it does not matter from where, how often and in which order a gateway hears it:
 * by the order of the gateway that was asked, by the put in the bucket, or by reading all of it, at the start and whenever the connection
 * to NATS was away.
 */
import type { Bus, BusSubscription } from "@madang/bus";
import {
  buckets,
  decodeJson,
  ErrorCode,
  encodeJson,
  limits,
  type Revocation,
  type RevocationKey,
  StoredRevocations,
  withDetail,
} from "@madang/contracts";
import { type Bucket, LogUnavailable, OutcomeUnknown } from "@madang/log";
import { backoff, type Logger, pause, Semaphore, within } from "@madang/runtime";
import { ReplyError } from "../reply-error.ts";
import type { TokenMarks } from "./token-marks.ts";

export type IsRevoked = (marks: TokenMarks) => boolean;

export interface RevocationsOptions {
  bus: Pick<Bus, "subscribe">;
  bucket: Bucket;
  logger: Logger;
  /** Server time, ms. */
  now: () => number;
}

const prefix = `$KV.${buckets.revoked}.`;
/** What a key may begin with. */
const slots = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];

interface Slot {
  readonly held: Map<RevocationKey, Revocation>;
  /** One of this gateway writes it at a time; the others are other gateways'. */
  readonly turn: Semaphore;
}

export class Revocations {
  readonly #options: RevocationsOptions;
  readonly #subscription: BusSubscription;
  readonly #slots: ReadonlyMap<string, Slot> = new Map(slots.map((name) => [name, { held: new Map(), turn: new Semaphore(1) }]));
  #tell: (isRevoked: IsRevoked) => void = () => {};
  #rounds = 0;
  #current = false;

  constructor(options: RevocationsOptions) {
    this.#options = options;
    // Before all of it is read, so that what is put meanwhile is seen twice, never missed.
    this.#subscription = options.bus.subscribe(`${prefix}*`, ({ subject, data }) => {
      // Heard before it is stored, and perhaps refused and put again: the site wants it revoked in any case.
      if (slots.includes(subject.slice(prefix.length)) && data.length > 0)
        this.#addAll(decodeJson(StoredRevocations, data).revoked);
    });
  }

  /** Whoever keeps sessions hears of what was revoked just now. */
  follow(tell: (isRevoked: IsRevoked) => void): void {
    this.#tell = tell;
  }

  /** Whether a token is to be refused. @throws ReplyError 100, temporary: while not all that is revoked is known here, nobody can say */
  refuses(marks: TokenMarks): boolean {
    if (!this.#current) throw new ReplyError(withDetail(ErrorCode.internal, "what is revoked is being read"));
    return this.covers(marks);
  }

  /** Whether a token is known to be accepted no more. */
  covers({ user, token, issuedAt }: TokenMarks): boolean {
    const ofUser = this.#find(user);
    if (ofUser !== undefined && (issuedAt === undefined || issuedAt < (ofUser.before ?? Number.POSITIVE_INFINITY))) return true;
    return token !== undefined && this.#find(token) !== undefined;
  }

  /**
   * Stores it, and from here on it holds on this gateway.
   * @throws ReplyError 100, temporary: it may not be stored, and to repeat it is harmless; 1114: there are too many
   */
  async revoke(key: RevocationKey, revocation: Revocation): Promise<void> {
    const turn = this.#slot(key).turn.acquire();
    const release = await within(limits.commandDeadlineMs, turn, () => {
      void turn.then((giveBack) => giveBack());
      return new ReplyError(withDetail(ErrorCode.internal, "others are being revoked"));
    });
    try {
      await this.#store(key, revocation);
    } catch (cause) {
      if (cause instanceof OutcomeUnknown || cause instanceof LogUnavailable)
        throw new ReplyError(withDetail(ErrorCode.internal, "it may not be stored"), { cause });
      throw cause;
    } finally {
      release();
    }
    this.add(key, revocation);
  }

  /** It is stored. */
  add(key: RevocationKey, revocation: Revocation): void {
    this.#addAll({ [key]: revocation });
  }

  /** Reads what is stored, until all of it is here. At the start, and after the connection to NATS was away. */
  async readAll(): Promise<void> {
    const round = ++this.#rounds;
    this.#current = false;
    // A later call has more to find, and takes over.
    for (let attempt = 0; round === this.#rounds; attempt++) {
      try {
        await Promise.all(slots.map(async (slot) => this.#addAll((await this.#read(slot)).revoked)));
        if (round === this.#rounds) this.#current = true;
        return;
      } catch (error) {
        if (attempt === 0) this.#options.logger.warn({ error }, "the revoked tokens cannot be read");
        await pause(backoff(attempt, { firstMs: limits.logRetryMs, longestMs: limits.logRetryLongestMs }));
      }
    }
  }

  close(): void {
    this.#rounds++;
    this.#subscription.close();
  }

  #slot(key: RevocationKey): Slot {
    // Its schema lets it begin with nothing else.
    return this.#slots.get(key.slice(0, 1)) as Slot;
  }

  #find(key: RevocationKey): Revocation | undefined {
    const found = this.#slot(key).held.get(key);
    return found !== undefined && this.#lasts(found) ? found : undefined;
  }

  #lasts({ until }: Revocation): boolean {
    return until > this.#options.now() / 1_000;
  }

  #addAll(revoked: StoredRevocations["revoked"]): void {
    const news = new Set<RevocationKey>();
    for (const [key, revocation] of Object.entries(revoked)) {
      const { held } = this.#slot(key);
      const known = held.get(key);
      if (!this.#lasts(revocation) || isWithin(known, revocation)) continue;
      held.set(key, joined(known, revocation));
      news.add(key);
    }
    if (news.size === 0) return;
    for (const slot of new Set([...news].map((key) => this.#slot(key))))
      for (const [key, revocation] of slot.held) if (!this.#lasts(revocation)) slot.held.delete(key);
    const isNews = ({ user, token }: TokenMarks) => news.has(user) || (token !== undefined && news.has(token));
    this.#tell((marks) => isNews(marks) && this.covers(marks));
  }

  async #store(key: RevocationKey, revocation: Revocation): Promise<void> {
    const slot = key.slice(0, 1);
    for (let attempt = 0; attempt < limits.revocationTries; attempt++) {
      const { revoked, revision } = await this.#read(slot);
      if (isWithin(revoked[key], revocation)) return;
      const lasting = Object.entries(revoked).filter(([one, its]) => one !== key && this.#lasts(its));
      if (lasting.length >= limits.revocationsPerSlot) throw new ReplyError(ErrorCode.tooMany);
      const entries = [...lasting, [key, joined(revoked[key], revocation)] as const];
      const value = encodeJson({ v: 1, revoked: Object.fromEntries(entries) } satisfies StoredRevocations);
      if ((await this.#options.bucket.replace(slot, value, revision)) !== undefined) return;
    }
    throw new ReplyError(withDetail(ErrorCode.internal, "others revoke at the same time"));
  }

  async #read(slot: string): Promise<{ revoked: StoredRevocations["revoked"]; revision: number | undefined }> {
    const found = await this.#options.bucket.get(slot);
    if (found === undefined) return { revoked: {}, revision: undefined };
    return { revoked: decodeJson(StoredRevocations, found.value).revoked, revision: found.revision };
  }
}

/** Whatever either of two of the same key refuses, for as long as either does. */
function joined(one: Revocation | undefined, other: Revocation): Revocation {
  if (one === undefined) return other;
  const until = Math.max(one.until, other.until);
  return one.before === undefined || other.before === undefined
    ? { until }
    : { before: Math.max(one.before, other.before), until };
}

/** Whether the one that is known refuses all that the other does. */
function isWithin(known: Revocation | undefined, { before, until }: Revocation): boolean {
  if (known === undefined || known.until < until) return false;
  return known.before === undefined || (before !== undefined && known.before >= before);
}
