/**
 * The first question of a restore, which JetStream answers with where the snapshot goes. Nobody answers where the leader of all changes, or
 * where the copies of the new stream find no leader among them: what came of the question then, if anything, is taken away, and it is asked
 * again.
 */
import { JetStreamCode, limits } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { type NatsConnection, NoRespondersError, RequestError, TimeoutError } from "@nats-io/transport-node";
import { ask, StreamNotCopied } from "./stream-requests.ts";
import type { SavedStream } from "./stream-snapshot.ts";

/** Nothing was made: a stream of that name, if there is one, is somebody else's. */
export class StreamNotBegun extends StreamNotCopied {
  override readonly name = "StreamNotBegun";
}

/** Three servers that are slow take some seconds to agree who leads a new stream, and only then is its snapshot asked for. */
const answerMs = 10_000;
const begunWithinMs = 60_000;
/** The server gives up what was begun 5 s after its last chunk, and says so to others by the stream's name alone. */
const givenUpMs = 6_000;
const infoMs = 2_000;
/** A cluster whose leader does not know all servers yet, or is not there. */
const awaited: ReadonlySet<number> = new Set([JetStreamCode.noPeers, JetStreamCode.clusterUnavailable, JetStreamCode.notLeader]);

/** The subject for its chunks. @throws StreamNotBegun */
export async function beginRestore(connection: NatsConnection, saved: SavedStream): Promise<string> {
  const { name } = saved.config;
  const notBegun = (why: string, cause?: unknown) => new StreamNotBegun(`${name} cannot be put back: ${why}`, { cause });
  const question = JSON.stringify(saved);
  const deadline = performance.now() + begunWithinMs;
  /** Somebody may have heard a question of ours to which no answer came. */
  let heard = false;
  for (;;) {
    const left = deadline - performance.now();
    try {
      const subject = `$JS.API.STREAM.RESTORE.${name}`;
      const answer = await ask<{ deliver_subject: string }>(connection, subject, question, Math.min(answerMs, Math.max(left, 1)));
      if (answer.error === undefined) return answer.deliver_subject;
      const { err_code: code, description } = answer.error;
      const again =
        awaited.has(code) || (code === JetStreamCode.restoredNameInUse && heard && (await removeLeftover(connection, name)));
      if (!again || left <= 0) throw notBegun(description);
    } catch (error) {
      if (error instanceof StreamNotBegun || !(error instanceof StreamNotCopied)) throw error;
      const silence = silenceOf(error.cause);
      if (silence === undefined) throw notBegun(error.message, error);
      if (left <= 0) {
        if (heard) await removeLeftover(connection, name).catch(() => false);
        throw notBegun(`nobody has answered for ${begunWithinMs / 1_000} s`, error);
      }
      heard ||= silence === "no answer";
    }
    await pause(limits.logRetryLongestMs);
  }
}

/** Undefined: it fails for another reason than that nobody answers, and would again. */
function silenceOf(cause: unknown): "no answer" | "not heard" | undefined {
  if (cause instanceof TimeoutError) return "no answer";
  if (cause instanceof NoRespondersError || (cause instanceof RequestError && cause.isNoResponders())) return "not heard";
  return undefined;
}

/** What an unanswered question has made. False: it is a stream that serves, which that cannot be. @throws StreamNotCopied: nobody answers */
async function removeLeftover(connection: NatsConnection, name: string): Promise<boolean> {
  await pause(givenUpMs);
  if (await serves(connection, name)) return false;
  const { error } = await ask(connection, `$JS.API.STREAM.DELETE.${name}`);
  return error === undefined || error.err_code === JetStreamCode.streamNotFound;
}

/** One that is only begun says nothing of itself, or that it is not there. */
async function serves(connection: NatsConnection, name: string): Promise<boolean> {
  try {
    const { error } = await ask(connection, `$JS.API.STREAM.INFO.${name}`, "", infoMs);
    return error === undefined;
  } catch (error) {
    if (error instanceof StreamNotCopied && error.cause instanceof TimeoutError) return false;
    throw error;
  }
}
