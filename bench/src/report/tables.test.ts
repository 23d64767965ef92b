import { expect, test } from "vitest";
import { sayFigure, shown } from "./tables.ts";

test.each([
  ["ackP50Ms", "ack p50, ms"],
  ["commentsPerS", "comments per s"],
  ["storedAfterS", "stored after, s"],
  ["kiBPerConnection", "KiB per connection"],
  ["gatewayMiBBefore", "gateway MiB before"],
  ["cpuUsPerSAndConnection", "CPU µs per s and connection"],
  ["cores of nats-server", "cores of nats-server"],
])("the figure %s is called %s", (name, said) => expect(sayFigure(name)).toBe(said));

test.each([
  [12_345.6, "12,346"],
  [12.34, "12.3"],
  [1.234, "1.23"],
  [0.00123, "0.0012"],
  [0, "0"],
  [Number.NaN, "–"],
])("%d is shown as %s", (value, text) => expect(shown(value)).toBe(text));
