/** Plays a conversation into a room: each user on a socket of their own, each comment sent until it has its place. */

import type { Comment } from "@madang/devkit";
import { Centrifuge } from "centrifuge";

export interface PlayOptions {
  url: string;
  room: string;
  comments: readonly Comment[];
  /** 1 is as it happened, 2 twice as fast, Infinity as fast as it goes. */
  speed: number;
  /** A connection token for a user; leave out to come as visitors. */
  tokenFor?: (user: string) => Promise<string>;
  onAnswered?: (progress: { answered: number; latencyMs: number }) => void;
}

/** Comments of one user that may wait for their answer: enough to keep the road full, and their order is kept. */
const inFlightPerUser = 8;
const tooManyRequests = 111;

/** Resolves to each comment's offset, once all have one. */
export async function play({ url, room, comments, speed, tokenFor, onAnswered }: PlayOptions): Promise<Map<string, number>> {
  const offsets = new Map<string, number>();
  const perUser = Map.groupBy(comments, ({ user }) => user);
  const clients = new Map<string, Centrifuge>();
  try {
    for (const user of perUser.keys()) {
      const client = new Centrifuge(url, tokenFor === undefined ? {} : { token: await tokenFor(user) });
      client.on("error", () => {});
      client.connect();
      clients.set(user, client);
    }
    await Promise.all([...clients.values()].map((client) => client.ready(30_000)));
    const startedAt = performance.now();
    const speak = async ([user, lines]: [string, Comment[]]) => {
      const client = clients.get(user);
      const waiting = new Set<Promise<void>>();
      for (const comment of lines) {
        const wait = comment.at / speed - (performance.now() - startedAt);
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        if (client === undefined) return;
        const sending = send(client, room, comment).then(({ offset, latencyMs }) => {
          waiting.delete(sending);
          offsets.set(comment.id, offset);
          onAnswered?.({ answered: offsets.size, latencyMs });
        });
        waiting.add(sending);
        if (waiting.size >= inFlightPerUser) await Promise.race(waiting);
      }
      await Promise.all(waiting);
    };
    await Promise.all([...perUser].map(speak));
    return offsets;
  } finally {
    for (const client of clients.values()) client.disconnect();
  }
}

async function send(client: Centrifuge, room: string, { id, text }: Comment): Promise<{ offset: number; latencyMs: number }> {
  const startedAt = performance.now();
  for (;;) {
    try {
      const { data } = await client.rpc("send", { channel: room, id, data: { text } });
      if (data.refused !== undefined) throw new Error(`refused: ${data.refused.message}`);
      return { offset: data.offset, latencyMs: performance.now() - startedAt };
    } catch (error) {
      const { code, temporary } = error as { code?: number; temporary?: boolean };
      // Below 100 are the SDK's own: no connection just now, or no answer.
      if (code === undefined || (code >= 100 && temporary !== true)) throw error;
      await client.ready(30_000);
      // A gateway that says that it is too much (B5) closes whoever asks again at once.
      await new Promise((resolve) => setTimeout(resolve, code === tooManyRequests ? 1_000 : 100));
    }
  }
}
