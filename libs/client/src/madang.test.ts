import { expect, onTestFinished, test, vi } from "vitest";
import { connect } from "./madang.ts";

interface Command {
  readonly id: number;
  readonly connect?: object;
  readonly rpc?: { readonly method: string };
}

/** A socket to a gateway that lets one in and answers nothing more. */
function silentGateway() {
  const heard: Command[] = [];
  class Socket {
    onopen: (() => void) | undefined;
    onmessage: ((event: { data: string }) => void) | undefined;
    onclose: ((event: { code: number; reason: string }) => void) | undefined;
    constructor() {
      setTimeout(() => this.onopen?.());
    }
    send(frame: string) {
      for (const line of frame.split("\n")) {
        const command = JSON.parse(line) as Command;
        heard.push(command);
        if (command.connect === undefined) continue;
        const reply = { id: command.id, connect: { client: "c", version: "test", data: { user: "anon_1", identity: "i" } } };
        setTimeout(() => this.onmessage?.({ data: JSON.stringify(reply) }));
      }
    }
    close() {
      setTimeout(() => this.onclose?.({ code: 1000, reason: "" }));
    }
  }
  return { websocket: Socket, asked: (method: string) => heard.filter(({ rpc }) => rpc?.method === method).length };
}

test("[N7] a room is asked for once, also without an answer: each time would make another one", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { websocket, asked } = silentGateway();
  const madang = connect({ url: "ws://chat.example/connection/websocket", websocket });
  onTestFinished(() => madang.close());
  await vi.advanceTimersByTimeAsync(100);
  expect(madang.connection.kind).toBe("connected");
  const outcomes: string[] = [];
  madang.startRoom({ title: "Mine" }).catch(() => outcomes.push("room"));
  madang.blocks().catch(() => outcomes.push("blocks"));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(outcomes.sort()).toEqual(["blocks", "room"]);
  expect(asked("start")).toBe(1);
  // What changes nothing is asked again.
  expect(asked("blocks")).toBeGreaterThan(1);
});
