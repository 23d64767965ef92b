import { MemberId } from "@madang/contracts";
import { expect, test } from "vitest";
import { StandIns } from "./stand-ins.ts";

test("rooms claimed in the place of others are told in one sum for each member, and those that come later in another", async () => {
  const [a, b] = ["room-a", "room-b"].map((member) => MemberId.parse(member)) as [MemberId, MemberId];
  const news: object[] = [];
  let due = Promise.withResolvers<void>();
  const standIns = new StandIns({ report: (one) => void news.push(one), pause: () => due.promise });
  for (const member of [a, b, a, a]) standIns.add(member);
  await Promise.resolve();
  expect(news).toEqual([]);
  due.resolve();
  await due.promise;
  expect(news).toEqual([
    { member: a, rooms: 3 },
    { member: b, rooms: 1 },
  ]);
  due = Promise.withResolvers();
  standIns.add(a);
  due.resolve();
  await due.promise;
  expect(news.at(-1)).toEqual({ member: a, rooms: 1 });
});
