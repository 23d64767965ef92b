// A client as anybody would write one: the stock `centrifuge` package and nothing of ours.
import { Centrifuge, type Options, type PublicationContext, type SubscribedContext, type Subscription } from "centrifuge";
import { SignJWT } from "jose";
import { WebSocket } from "ws";
import { secrets } from "./processes.ts";

export interface Seen {
  offset: number;
  data: { [key: string]: unknown };
  tags: { [key: string]: string };
  info?: PublicationContext["info"];
}

export interface Viewer extends Disposable {
  readonly client: Centrifuge;
  readonly subscription: Subscription;
  /** Every event, in the order in which it came. */
  readonly seen: Seen[];
  /** Counters, skips and whatever else passes by. */
  readonly signals: Seen[];
  /** Every subscribe that succeeded. */
  readonly subscribed: SubscribedContext[];
}

/** Watches a room from the moment this resolves. */
export async function viewer(
  url: string,
  room: string,
  options: { user?: string; claims?: Claims; client?: Partial<Options> } = {},
): Promise<Viewer> {
  const client = await connected(url, options);
  const subscription = client.newSubscription(room);
  const seen: Seen[] = [];
  const signals: Seen[] = [];
  const subscribed: SubscribedContext[] = [];
  subscription.on("publication", ({ offset = 0, data, tags = {}, info }) => {
    const list = isSignal(tags) ? signals : seen;
    list.push({ offset, data, tags, ...(info ? { info } : {}) });
  });
  subscription.on("subscribed", (context) => void subscribed.push(context));
  subscription.subscribe();
  await subscription.ready(10_000);
  return { client, subscription, seen, signals, subscribed, [Symbol.dispose]: () => client.disconnect() };
}

type Claims = { [claim: string]: unknown };

const isSignal = ({ type }: { type?: string }) => type === "counters" || type === "skip" || type === "typing";

export async function connected(
  url: string,
  { user, claims, client = {} }: { user?: string; claims?: Claims; client?: Partial<Options> } = {},
): Promise<Centrifuge> {
  const centrifuge = new Centrifuge(url, {
    websocket: WebSocket,
    minReconnectDelay: 50,
    maxReconnectDelay: 500,
    ...(user === undefined ? {} : { token: await tokenFor(user, claims) }),
    ...client,
  });
  centrifuge.on("error", () => {});
  centrifuge.connect();
  await centrifuge.ready(10_000);
  return centrifuge;
}

export async function tokenFor(
  user: string,
  claims: { [claim: string]: unknown } = {},
  secret = secrets.MADANG_TOKEN_SECRET,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).setSubject(user).sign(new TextEncoder().encode(secret));
}

export type Sent = { offset: number; epoch: string; duplicate: boolean };

/** Sends with an id until there is a definite answer: what our documents tell every client to do. */
export async function sendUntilAnswered(
  client: Centrifuge,
  message: { channel: string; id: string; data: object },
): Promise<Sent> {
  for (;;) {
    try {
      await client.ready(30_000);
      const { data } = await client.rpc("send", message);
      if (data.refused !== undefined) throw Object.assign(new Error(data.refused.message), data.refused);
      return data;
    } catch (error) {
      const { code, temporary } = error as { code: number; temporary?: boolean };
      if (temporary !== true && code >= 100) throw error;
    }
  }
}
