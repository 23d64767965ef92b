import { describe, expect, test } from "vitest";
import { parseMysqlAddress, placeOf } from "./mysql-address.ts";

describe("a MySQL address", () => {
  test("is read from a URL, its parts decoded", () => {
    expect(parseMysqlAddress("mysql://ann:p%40ss%2F@db.example:3307/madang?ssl=true&connectionLimit=3")).toEqual({
      host: "db.example",
      port: 3307,
      user: "ann",
      password: "p@ss/",
      database: "madang",
      ssl: true,
      allowPublicKeyRetrieval: false,
      connectionLimit: 3,
    });
  });

  test("fetches the server's key unasked only where nobody can stand between", () => {
    const allowed = (url: string) => parseMysqlAddress(url).allowPublicKeyRetrieval;
    expect(allowed("mysql://a@127.0.0.1/m")).toBe(true);
    expect(allowed("mysql://a@[::1]:3306/m")).toBe(true);
    expect(allowed("mysql://a@db/m")).toBe(false);
    expect(allowed("mysql://a@db/m?allowPublicKeyRetrieval=true")).toBe(true);
  });

  test("is told without its password", () => {
    expect(placeOf(parseMysqlAddress("mysql://a:secret@[::1]/m"))).toBe("m at [::1]:3306");
  });

  test.each([
    ["mysql://a:secret@db", "names no database"],
    ["mysql://a:secret@db/a.b", "names no database"],
    ["postgres://a:secret@db/m", "not of the form"],
    ["mysql://a:secret@db:99999/m", "not of the form"],
    ["mysql://a:secret@db/m?sslmode=require", "unknown option sslmode"],
    ["mysql://a:secret@db/m?ssl=yes", "ssl in the database URL"],
    ["mysql://a:secret@db/m?connectionLimit=0", "connectionLimit"],
  ])("%s is refused in words, without its password", (url, words) => {
    expect(() => parseMysqlAddress(url)).toThrow(words);
    expect(() => parseMysqlAddress(url)).toThrow(/^(?!.*secret)/);
  });
});
