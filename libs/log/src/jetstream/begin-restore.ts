/**
 * The first question of a restore, which JetStream answers with where the snapshot goes. Nobody answers while the cluster changes its leader,
 * or while the copies of the new stream have none among them. What such a question may have made is taken away, and it is asked again.
 */
import { JetStreamCode, limits } from "@madang/contracts";
import { pause } from "@madang/runtime";
import { type NatsConnection, NoRespondersError, RequestError, TimeoutError } from "@nats-io/transport-node";
import { ask, removeStream, StreamNotCopied } from "./stream-requests.ts";
import type { SavedStream } from "./stream-snapshot.ts";

/** Nothing of this restore serves. A stream of that name, if there is one, is somebody else's, and is left alone. */
export class StreamNotBegun extends StreamNotCopied {
  override readonly name = "StreamNotBegun";
}

/** Three servers that are slow take some seconds to agree who leads a new stream, and only then is its snapshot asked for. */
const answerMs = 10_000;
const begunWithinMs = 60_000;
/**
 * The server gives up what was begun 5 s after its last chunk, and then takes the stream of that name away: what is begun anew before that
 * could go with it. Source: nats-server, processStreamRestore and processStreamAssignmentResults.
 */
const givenUpMs = 6_000;
const infoMs = 2_000;
/** A stream that serves says so every time. */
const servesTimes = 3;
/** A cluster whose leader does not know all servers yet, or is not there. */
const awaited: ReadonlySet<number> = new Set([JetStreamCode.noPeers, JetStreamCode.clusterUnavailable, JetStreamCode.notLeader]);

/** What came of one question. Unknown: it may have been heard, and have made something. */
type Outcome =
  | { kind: "begun"; chunksTo: string }
  | { kind: "name-in-use" | "not-yet" | "refused" | "unknown"; why: string; cause?: unknown };

/** The subject for its chunks. @throws StreamNotBegun */
export async function beginRestore(connection: NatsConnection, saved: SavedStream): Promise<string> {
  const { name } = saved.config;
  const deadline = performance.now() + begunWithinMs;
  let unanswered = false;
  let served = 0;
  for (;;) {
    const leftMs = deadline - performance.now();
    const outcome = await askOnce(connection, saved, Math.min(answerMs, Math.max(leftMs, 1)));
    if (outcome.kind === "begun") return outcome.chunksTo;
    const { kind, why, cause } = outcome;
    const notBegun = () => new StreamNotBegun(`${name} cannot be put back: ${why}`, { cause });
    if (kind === "refused") throw notBegun();
    if (kind === "unknown") unanswered = true;
    const isLate = leftMs <= 0;
    // It can be ours only if a question of ours got no answer.
    if (kind === "name-in-use" && !unanswered) throw notBegun();
    if (unanswered && (kind === "name-in-use" || isLate)) {
      if ((await clearLeftover(connection, name)) === "serves" && ++served === servesTimes) throw notBegun();
    }
    if (isLate) throw notBegun();
    await pause(limits.logRetryLongestMs);
  }
}

async function askOnce(connection: NatsConnection, saved: SavedStream, timeoutMs: number): Promise<Outcome> {
  const subject = `$JS.API.STREAM.RESTORE.${saved.config.name}`;
  try {
    const answer = await ask<{ deliver_subject: string }>(connection, subject, JSON.stringify(saved), timeoutMs);
    if (answer.error === undefined) return { kind: "begun", chunksTo: answer.deliver_subject };
    const { err_code: code, description: why } = answer.error;
    if (code === JetStreamCode.restoredNameInUse) return { kind: "name-in-use", why };
    return { kind: awaited.has(code) ? "not-yet" : "refused", why };
  } catch (cause) {
    if (!(cause instanceof StreamNotCopied)) throw cause;
    const [why, reason] = [cause.message, cause.cause];
    if (reason instanceof TimeoutError) return { kind: "unknown", why, cause };
    const isUnheard = reason instanceof NoRespondersError || (reason instanceof RequestError && reason.isNoResponders());
    return { kind: isUnheard ? "not-yet" : "refused", why, cause };
  }
}

/** Takes away what an unanswered question has made. A stream that serves is not that, and stays. */
async function clearLeftover(connection: NatsConnection, name: string): Promise<"serves" | "cleared" | "unknown"> {
  await pause(givenUpMs);
  try {
    if (await serves(connection, name)) return "serves";
    await removeStream(connection, name);
    return "cleared";
  } catch (error) {
    if (error instanceof StreamNotCopied) return "unknown";
    throw error;
  }
}

/** One that is only begun says nothing of itself, or that it is not there; on its way out it may say once that it is. */
async function serves(connection: NatsConnection, name: string): Promise<boolean> {
  try {
    const { error } = await ask(connection, `$JS.API.STREAM.INFO.${name}`, "", infoMs);
    return error === undefined;
  } catch (error) {
    if (error instanceof StreamNotCopied && error.cause instanceof TimeoutError) return false;
    throw error;
  }
}
