import { expect, test } from "vitest";
import { videoOf } from "./video.ts";

const at = (search: string) => videoOf({ href: `https://chat.example/live${search}`, origin: "https://chat.example", search });

test("a picture is one of this very site, or none", () => {
  expect(at("?video=/media/a.mp4")).toBe("https://chat.example/media/a.mp4");
  expect(at("?video=a.mp4")).toBe("https://chat.example/a.mp4");
  for (const other of [
    "",
    "https://evil.example/a.mp4",
    "//evil.example/a.mp4",
    "javascript:alert(1)",
    "data:video/mp4,",
    "blob:x",
    "http://",
  ]) {
    expect(at(`?video=${encodeURIComponent(other)}`), other).toBeUndefined();
  }
  expect(at("")).toBeUndefined();
});
