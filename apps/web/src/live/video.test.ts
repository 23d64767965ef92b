import { expect, test } from "vitest";
import { videoOf } from "./video.ts";

const at = (search: string) => videoOf({ href: `http://chat.example/live${search}`, search });

test("a picture is a file of this site, or of another that the policy may allow", () => {
  expect(at("?video=/media/a.mp4")).toBe("http://chat.example/media/a.mp4");
  expect(at("?video=a.mp4")).toBe("http://chat.example/a.mp4");
  expect(at("?video=https%3A%2F%2Fvideo.example%2Fa.mp4")).toBe("https://video.example/a.mp4");
});

test("a picture is nothing that runs, and nothing unsafe", () => {
  for (const other of ["", "http://video.example/a.mp4", "javascript:alert(1)", "data:video/mp4,", "blob:x", "http://"]) {
    expect(at(`?video=${encodeURIComponent(other)}`), other).toBeUndefined();
  }
  expect(at("")).toBeUndefined();
});
