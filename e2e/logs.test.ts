// What the log lines of a whole site hold, and what not, at the level that tells most.
import { expect, test } from "vitest";
import { startAllInOne, temporaryFolder } from "./support/processes.ts";
import { rawSocket } from "./support/raw-socket.ts";
import { sendUntilAnswered, viewer } from "./support/viewer.ts";

/** In every text that anybody writes here. */
const secret = "word-of-a-user";

test("nothing that users write is in a log line, and whatever they write a line stays a line of JSON", async () => {
  using folder = temporaryFolder();
  await using site = await startAllInOne(folder.path, { MADANG_LOG_LEVEL: "trace" });
  const room = "live:told";
  using kim = await viewer(site.socketUrl, room, { user: "kim" });
  const text = `${secret}\r\n{"level":60}\u001b[31m\u009b2J\u2028\u202e`;
  const { offset } = await sendUntilAnswered(kim.client, { channel: room, id: "m1", data: { text, [secret]: text } });
  const call = (method: string, data: object) =>
    kim.client.rpc(method, { channel: room, id: `i-${method}`, ...data }).catch(() => {});
  await call("edit", { offset, data: { text: `${text} anew` } });
  await call("report", { offset, reason: text });
  await call("pin", { offset: secret });
  await call("mute", { user: "lee", reason: text, seconds: secret });
  await call(secret, { text });
  await call("send", { data: text });
  await call("words", { rules: [{ pattern: `(${secret}`, action: text }] });
  const api = (path: string, body: string) =>
    fetch(`http://${site.authority}/api/${path}`, {
      method: "POST",
      headers: { "x-api-key": "a-key-for-tests-only", traceparent: secret },
      body,
    });
  await api("publish", `{"channel":"${room}","data":{"text":"${secret}`);
  await api("publish", JSON.stringify({ channel: room, data: secret }));
  await api(`rooms/${room}/actions`, JSON.stringify({ id: "x", type: secret, text }));
  for (const line of [secret, `{"id":2,"publish":{"channel":"${secret}`, JSON.stringify({ id: 3, connect: { token: secret } })]) {
    using raw = await rawSocket(site.socketUrl);
    raw.send(line);
    await Promise.race([raw.closed, raw.next()]);
  }
  kim.client.disconnect();
  await site.stop();

  const lines = site
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), name: expect.any(String), msg: expect.any(String) });
  expect(site.output()).not.toContain(secret);
  // Of no output, the greeting included.
  expect(site.output()).not.toMatch(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
});
