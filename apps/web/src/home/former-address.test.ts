import { expect, test } from "vitest";
import { formerAddress } from "./former-address.ts";

test("an address of the former page leads to the room that it names, with its token out of what servers see", () => {
  expect(formerAddress({ search: "", hash: "#live:concert" })).toBe("./live?room=live%3Aconcert");
  expect(formerAddress({ search: "", hash: "#live%3Aconcert" })).toBe("./live?room=live%3Aconcert");
  expect(formerAddress({ search: "?token=a.b.c", hash: "#lobby" })).toBe("./live?room=lobby#token=a.b.c");
});

test("every other address is this page's own", () => {
  for (const hash of ["", "#", "#%", "#token=a.b.c", "#a b", "#live:<script>"])
    expect(formerAddress({ search: "", hash })).toBeUndefined();
  expect(formerAddress({ search: "?token=a.b.c", hash: "" })).toBeUndefined();
});
