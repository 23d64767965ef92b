/** Those who play in the demo, each on a socket of their own, as anybody would be: they watch the room, and say what they are told to. */
import { Centrifuge, type PublicationContext } from "centrifuge";

export interface CastOptions {
  url: string;
  room: string;
  tokenFor(person: Person): Promise<string>;
  /** What anybody says in the room. */
  onPosted(publication: PublicationContext): void;
}

export interface Person {
  readonly user: string;
  readonly name: string;
}

export class Cast {
  readonly #options: CastOptions;
  readonly #clients = new Map<string, Centrifuge>();

  constructor(options: CastOptions) {
    this.#options = options;
  }

  /** Everybody comes; the first of them listens. Who is not here yet says nothing. */
  enter(people: readonly Person[]): void {
    for (const [index, person] of people.entries()) {
      const client = new Centrifuge(this.#options.url, { getToken: () => this.#options.tokenFor(person), name: "demo" });
      // Whatever goes wrong, it comes back by itself.
      client.on("error", () => {});
      const subscription = client.newSubscription(this.#options.room);
      subscription.on("error", () => {});
      if (index === 0) {
        subscription.on("publication", (publication) => {
          if (publication.tags?.type === "posted") this.#options.onPosted(publication);
        });
      }
      subscription.subscribe();
      client.connect();
      this.#clients.set(person.user, client);
    }
  }

  leave(): void {
    for (const client of this.#clients.values()) client.disconnect();
    this.#clients.clear();
  }

  /** What it answers. Undefined: it was not done, and is not tried again. */
  async ask(user: string, method: string, fields: object): Promise<{ readonly [key: string]: unknown } | undefined> {
    const client = this.#clients.get(user);
    if (client?.state !== "connected") return undefined;
    try {
      const { data } = await client.rpc(method, { channel: this.#options.room, id: crypto.randomUUID(), ...fields });
      return "refused" in data ? undefined : data;
    } catch {
      return undefined;
    }
  }
}
