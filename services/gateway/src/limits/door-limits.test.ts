import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gatewayConfig } from "../config.ts";
import { doorSettings, noLimits } from "./door-limits.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/limits.md"), "utf8");
const configured = (environment: Record<string, string> = {}) =>
  gatewayConfig({
    NATS_URL: "nats://127.0.0.1:4222",
    MADANG_TOKEN_SECRET: "a-secret-for-tests-only",
    MADANG_API_KEY: "a-key-for-tests-only",
    ...environment,
  });

test("docs/limits.md has every setting with its default and its burst, and no other", () => {
  const rows = [...page.matchAll(/^\| [^|]+ \| (\d+) +\| (\d*) +\| `(MADANG_\w+)` +\|/gm)];
  expect(Object.fromEntries(rows.map(([, value, , name]) => [name, Number(value)]))).toEqual(doorSettings);
  const { limits } = configured();
  const bursts = {
    MADANG_NEW_CONNECTIONS_PER_S: limits.newConnections,
    MADANG_NEW_CONNECTIONS_PER_IP_PER_S: limits.newConnectionsPerIp,
    MADANG_COMMANDS_PER_S: limits.socket.commands,
    MADANG_COMMANDS_PER_IP_PER_S: limits.commandsPerIp,
    MADANG_QUESTIONS_PER_S: limits.socket.questions,
    MADANG_BYTES_IN_PER_S: limits.socket.bytesIn,
  };
  const told = rows.flatMap(([, , burst, name]) => (burst === "" ? [] : [[name, Number(burst)]]));
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(Object.entries(bursts).map(([name, { burst }]) => [name, burst])));
});

test("off is none at all, save for what is set; 0 is none", () => {
  expect(configured({ MADANG_LIMITS: "off" }).limits).toEqual(noLimits);
  const some = configured({ MADANG_LIMITS: "off", MADANG_COMMANDS_PER_S: "10" }).limits;
  expect(some).toEqual({ ...noLimits, socket: { ...noLimits.socket, commands: { perS: 10, burst: 50 } } });
  expect(configured({ MADANG_MAX_CONNECTIONS: "0" }).limits.connections).toBe(Number.POSITIVE_INFINITY);
});

test("a message of the longest kind passes, however few bytes a second are set", () => {
  expect(configured({ MADANG_BYTES_IN_PER_S: "10" }).limits.socket.bytesIn).toEqual({ perS: 10, burst: 65_536 });
});

test("what is no number, and what is no address, is a setting that is wrong", () => {
  expect(() => configured({ MADANG_COMMANDS_PER_S: "many" })).toThrow("MADANG_COMMANDS_PER_S: a number; 0: no limit");
  expect(() => configured({ MADANG_TRUSTED_PROXIES: "10.0.0.0/8, proxy.example" })).toThrow("MADANG_TRUSTED_PROXIES: addresses");
  const { addresses } = configured({ MADANG_TRUSTED_PROXIES: "10.0.0.0/8, ::1" });
  expect(addresses.of({ peer: "::1", forwardedFor: "198.51.100.1, 10.1.1.1" })).toBe("198.51.100.1");
});
