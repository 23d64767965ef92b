import { expect, test } from "vitest";
import { splitAddress } from "./token-of-address.ts";

const of = (address: string) => splitAddress(`http://chat.example${address}`);

test("a token is taken out of the fragment and of the query, and all else of the address stays", () => {
  expect(of("/live?room=live:lobby#token=a.b.c")).toEqual({ token: "a.b.c", address: "/live?room=live:lobby" });
  expect(of("/live?room=live:lobby&token=a.b.c")).toEqual({ token: "a.b.c", address: "/live?room=live:lobby" });
  expect(of("/live?token=a.b.c&video=/clip.mp4#here")).toEqual({ token: "a.b.c", address: "/live?video=/clip.mp4#here" });
  expect(of("/replay?token=old&t=1m#token=new")).toEqual({ token: "new", address: "/replay?t=1m" });
  expect(of("/?token=a.b.c")).toEqual({ token: "a.b.c", address: "/" });
  expect(of("/console?token=")).toEqual({ token: "", address: "/console" });
});

test("an address without one is left as it is", () => {
  for (const address of ["/", "/live?room=live%3Alobby&x=a+b", "/live?room=a#tokens", "/#live:lobby"])
    expect(of(address)).toEqual({ token: undefined, address });
});
