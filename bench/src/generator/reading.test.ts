import { describe, expect, test } from "vitest";
import { Order } from "./order.ts";
import { Reading } from "./reading.ts";

const posted = (offset: number, user = "kim") => ({
  data: {},
  info: { user },
  offset,
  tags: { type: "posted", id: `m${offset}` },
});
const skip = (offset: number, count: number) => ({ data: { count }, offset, tags: { type: "skip" } });
const counters = { data: {}, tags: { type: "counters" } };

function given(...publications: (typeof counters | ReturnType<typeof posted> | ReturnType<typeof skip>)[]): Reading {
  const reading = new Reading({ order: new Order(), user: "kim" });
  reading.read(publications.map((pub) => JSON.stringify({ push: { channel: "r", pub } })).join("\n"));
  return reading;
}

describe("a reading", () => {
  test("adds up what came and what was declared", () => {
    const reading = given(posted(1), posted(5), skip(5, 3), counters, posted(6), skip(9, 3));
    expect(reading).toMatchObject({ comments: 3, skipped: 6, outOfPlace: 0 });
  });

  test("counts one's own, and those of staff", () => {
    expect(given(posted(1), posted(2, "lee"), posted(3, "staff-host"))).toMatchObject({ comments: 3, own: 1, ofStaff: 1 });
  });

  test("sees an offset that does not rise", () => {
    expect(given(posted(2), posted(1)).outOfPlace).toBe(1);
    expect(given(posted(2), posted(2)).outOfPlace).toBe(1);
    expect(given(posted(2), skip(1, 1)).outOfPlace).toBe(1);
  });

  test("passes over replies and pings", () => {
    const reading = new Reading({ order: new Order() });
    reading.read('{"id":2,"subscribe":{"offset":0}}\n{}\n');
    expect(reading.comments).toBe(0);
  });
});
