import { expect, test } from "vitest";
import { socketUrlOf } from "./address.ts";

const script = "https://chat.example/embed/madang-chat.js";

test.each([
  [null, "wss://chat.example/connection/websocket"],
  ["", "wss://chat.example/connection/websocket"],
  ["https://other.example", "wss://other.example/connection/websocket"],
  ["http://127.0.0.1:8000/", "ws://127.0.0.1:8000/connection/websocket"],
  ["https://shop.example/chat", "wss://shop.example/chat/connection/websocket"],
  ["wss://shop.example/chat/connection/websocket", "wss://shop.example/chat/connection/websocket"],
  ["javascript:alert(1)", undefined],
  ["chat.example", undefined],
])("the address %s leads to %s", (asked, socket) => {
  expect(socketUrlOf(asked, script)).toBe(socket);
});

test("a script below a path finds the Madang that it came from", () => {
  expect(socketUrlOf(null, "https://shop.example/chat/embed/madang-chat.js")).toBe(
    "wss://shop.example/chat/connection/websocket",
  );
});
