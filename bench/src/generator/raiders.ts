/** A raid: new connections at a rate, through a proxy that says from which addresses, which stay as long as they are let. */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { clientFrame } from "../frames.ts";
import { protocols, upgradeRequest } from "./protocols.ts";

export interface Raid {
  readonly authority: string;
  readonly perS: number;
  readonly seconds: number;
  /** They come from so many, in turns. */
  readonly addresses: number;
}

export interface Raided {
  readonly tried: number;
  /** They became WebSockets. */
  readonly letIn: number;
  /** 429: their address has too many. 503: the gateway has. */
  readonly tooMany: number;
  readonly full: number;
  /** Neither: no answer at all. */
  readonly unanswered: number;
  /** From the first byte to the answer. */
  readonly slowestMs: number;
}

const everyMs = 20;
const patienceMs = 10_000;

/** What one of them says once it is in, in turns: nothing, connect, or all that a viewer says. */
const words = [undefined, clientFrame('{"id":1,"connect":{}}'), protocols.centrifuge.hello?.(0)];

export class Raiders {
  readonly #sockets = new Set<Socket>();
  #count = 0;

  /** Resolves when each has its answer. */
  async raid({ authority, perS, seconds, addresses }: Raid): Promise<Raided> {
    const result = { tried: 0, letIn: 0, tooMany: 0, full: 0, unanswered: 0, slowestMs: 0 };
    const [host = "", port] = authority.split(":");
    const answers: Promise<void>[] = [];
    const began = performance.now();
    while (performance.now() - began < seconds * 1000) {
      const due = Math.floor(((performance.now() - began) / 1000) * perS);
      for (; result.tried < due; result.tried++) answers.push(this.#come({ host, port: Number(port), addresses, result }));
      await sleep(everyMs);
    }
    await Promise.all(answers);
    return result;
  }

  /** Those who are in. */
  async remaining(): Promise<number> {
    return this.#sockets.size;
  }

  async leave(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
  }

  #come(one: {
    host: string;
    port: number;
    addresses: number;
    result: { letIn: number; tooMany: number; full: number; unanswered: number; slowestMs: number };
  }): Promise<void> {
    const { host, port, addresses, result } = one;
    const number = this.#count++;
    const of = number % addresses;
    const address = `198.${18 + (of >> 16)}.${(of >> 8) & 255}.${of & 255}`;
    const began = performance.now();
    return new Promise((resolve) => {
      // Ports of one address are used up within a minute of such a raid.
      const socket = connect({ host, port, localAddress: `127.0.0.${2 + (number % 50)}` });
      const patience = setTimeout(() => socket.destroy(), patienceMs);
      let answered = false;
      const settle = (status: string) => {
        if (answered) return;
        answered = true;
        clearTimeout(patience);
        result.slowestMs = Math.max(result.slowestMs, performance.now() - began);
        if (status === "101") result.letIn++;
        else if (status === "429") result.tooMany++;
        else if (status === "503") result.full++;
        else result.unanswered++;
        resolve();
      };
      socket.on("error", () => {});
      socket.once("close", () => {
        this.#sockets.delete(socket);
        settle("none");
      });
      socket.on("data", (bytes) => {
        if (answered) return;
        const status = bytes.toString("latin1", 9, 12);
        settle(status);
        if (status !== "101") return socket.destroy();
        this.#sockets.add(socket);
        const said = words[number % words.length];
        if (said !== undefined) socket.write(said);
      });
      socket.write(
        upgradeRequest(`${host}:${port}`, "/connection/websocket").replace(
          /\r\n\r\n$/,
          `\r\nX-Forwarded-For: ${address}\r\n\r\n`,
        ),
      );
    });
  }
}
