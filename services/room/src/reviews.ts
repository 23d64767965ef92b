/** Asks a service of the site what it thinks of a message before anybody sees it. */
import { type JsonObject, limits, type Review, type RoomId } from "@madang/contracts";
import type { Logger } from "@madang/runtime";
import { z } from "zod";

/** What the service answers, as JSON with status 200. */
const Answer = z.object({ verdict: z.enum(["allow", "decline", "hold"]) });
export type ReviewVerdict = z.infer<typeof Answer>["verdict"];

export interface Asked {
  readonly room: RoomId;
  readonly user: string;
  readonly data: JsonObject;
}

export class Reviews {
  readonly #logger: Logger;
  /** By service. */
  readonly #underWay = new Map<string, number>();
  /** Services that did not answer last time: it is said once. */
  readonly #silent = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Within `limits.reviewMs`. A service that does not answer in time, or is asked by too many at once, is taken for what the room has set. */
  async ask({ url, failOpen }: Review, asked: Asked): Promise<ReviewVerdict> {
    const silence = failOpen ? "allow" : "decline";
    const underWay = this.#underWay.get(url) ?? 0;
    if (underWay >= limits.reviewsAtOnce) return silence;
    this.#underWay.set(url, underWay + 1);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked),
        signal: AbortSignal.timeout(limits.reviewMs),
        redirect: "error",
      });
      const answer = await textOf(response);
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      const { verdict } = Answer.parse(JSON.parse(answer));
      this.#silent.delete(url);
      return verdict;
    } catch (error) {
      this.#logger[this.#silent.has(url) ? "debug" : "warn"]({ error, room: asked.room, taken: silence }, "review not answered");
      // Many rooms may have one each; to say it once too often costs nothing.
      if (this.#silent.size >= limits.reviewsAtOnce) this.#silent.clear();
      this.#silent.add(url);
      return silence;
    } finally {
      const left = (this.#underWay.get(url) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(url);
      else this.#underWay.set(url, left);
    }
  }
}

/** @throws RangeError: it is longer than any verdict */
async function textOf({ body }: Response): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Whoever stops reading closes the connection.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limits.reviewBytes) throw new RangeError(`an answer of more than ${limits.reviewBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
