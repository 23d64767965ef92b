// The house rules that a machine can count.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { project } from "./support/processes.ts";

const packagesIn = (folder: string) =>
  readdirSync(join(project, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => JSON.parse(readFileSync(join(project, folder, entry.name, "package.json"), "utf8")));

describe("the house", () => {
  test("has at most 14 direct production dependencies, apps aside, a family counting once", () => {
    const named = [...packagesIn("libs"), ...packagesIn("services")]
      // What only tests use is no production dependency.
      .filter(({ name }) => name !== "@madang/devkit")
      .flatMap(({ dependencies = {} }) => Object.keys(dependencies))
      .filter((name) => !name.startsWith("@madang/"))
      .map((name) => (name.startsWith("@") ? name.split("/")[0] : name));
    expect(new Set(named).size).toBeLessThanOrEqual(14);
  });

  test("keeps services apart, and libs below them", () => {
    const dependsOn = (folder: string) =>
      packagesIn(folder).map(({ name, dependencies = {} }) => [
        name,
        Object.keys(dependencies).filter((other) => other.startsWith("@madang/")),
      ]);
    const services = packagesIn("services").map(({ name }) => name);
    for (const [name, others] of [...dependsOn("services"), ...dependsOn("libs")]) {
      for (const other of others) expect(services, `${name} depends on ${other}`).not.toContain(other);
    }
    for (const { name, dependencies = {} } of packagesIn("libs")) {
      if (["@madang/contracts", "@madang/actor", "@madang/runtime"].includes(name)) {
        expect(Object.keys(dependencies).filter((other) => other.startsWith("@madang/"))).toEqual([]);
      }
    }
  });

  test("shows the walk of a message in at most 12 files, which exist", () => {
    const page = readFileSync(join(project, "docs/architecture.md"), "utf8");
    const walk = /## The walk of a message\n([\s\S]*?)(?=\n## |$)/.exec(page)?.[1] ?? "";
    const files = new Set([...walk.matchAll(/\(\.\.\/([\w./-]+\.ts)\)/g)].map(([, file]) => file ?? ""));
    expect(files.size).toBeGreaterThan(5);
    expect(files.size).toBeLessThanOrEqual(12);
    for (const file of files) expect(() => readFileSync(join(project, file)), file).not.toThrow();
  });

  test("has no page with a link that leads nowhere", () => {
    const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: project, encoding: "utf8" }).trim().split("\n");
    expect(pages.length).toBeGreaterThan(15);
    for (const page of pages) {
      const links = readFileSync(join(project, page), "utf8").matchAll(/\]\(([^)#\s]+)/g);
      for (const [, link = ""] of links) {
        if (!/^https?:/.test(link)) expect(existsSync(join(project, dirname(page), link)), `${page} links to ${link}`).toBe(true);
      }
    }
  });

  test("names a rule of docs/protocol.md in a test only if it is there", () => {
    const page = readFileSync(join(project, "docs/protocol.md"), "utf8");
    const rules = new Set([...page.matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map(([, rule]) => rule));
    const files = execFileSync("git", ["ls-files", "*.test.ts", "*.contract.ts"], { cwd: project, encoding: "utf8" });
    const named = files
      .trim()
      .split("\n")
      .flatMap((file) =>
        [...readFileSync(join(project, file), "utf8").matchAll(/\[([A-Z]\d+)\]/g)].map(([, rule]) => [rule, file]),
      );
    expect(named.length).toBeGreaterThan(300);
    expect(named.filter(([rule]) => !rules.has(rule))).toEqual([]);
  });

  test("has every error and close code of the tables in docs/protocol.md, and no other", async () => {
    const { ErrorCode, DisconnectCode, UnsubscribeCode } = await import("@madang/contracts");
    const page = readFileSync(join(project, "docs/protocol.md"), "utf8");
    const table = (title: string) => [
      ...(page.split(`## ${title}`)[1]?.split("\n## ")[0] ?? "").matchAll(/^\| (\d+) +\| ([^|]+?) +\| (yes|no) +\|/gm),
    ];
    expect(
      table("Errors in replies").map(([, code, message, temporary]) => [Number(code), message, temporary === "yes"]),
    ).toEqual(Object.values(ErrorCode).map(({ code, message, temporary }) => [code, message, temporary]));
    const closes = (title: string, again: (code: number) => boolean, codes: object) =>
      expect(table(title).map(([, code, reason, back]) => [Number(code), reason, back === "yes"])).toEqual(
        Object.values(codes).map(({ code, reason }) => [code, reason, again(code)]),
      );
    closes("Closes of connections", (code) => code < 3500 || (code >= 4000 && code < 4500), DisconnectCode);
    closes("Ends of subscriptions", (code) => code >= 2500, UnsubscribeCode);
  });

  test("has every setting of a room with its default in docs/rooms.md, and no other", async () => {
    const { defaultSettings } = await import("@madang/contracts");
    const page = readFileSync(join(project, "docs/rooms.md"), "utf8").split("## Settings")[1]?.split("\n## ")[0] ?? "";
    const rows = [...page.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm)].map(([, name, value]) => [name, JSON.parse(value ?? "")]);
    expect(Object.fromEntries(rows)).toEqual(defaultSettings);
  });
});
