// Pages as people see them: a real browser, and what it complains of.
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "@madang/devkit";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { project } from "./processes.ts";

/** The least width that every page has to work at is `narrow`. */
const sizes = {
  narrow: { width: 360, height: 740 },
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const;

export interface Face {
  size?: keyof typeof sizes;
  scheme?: "light" | "dark";
  language?: "en" | "ko" | "ja";
  /** What the page may complain of, such as a gateway that the test has killed. Everything else fails the test. */
  allows?: readonly RegExp[];
  /** Of a page of the same person: the storage of the one that was opened before stays. */
  beside?: Page;
  /** It stays for all tests of the file, which look at what it complains of when they are over. */
  kept?: boolean;
}

// What runs in the page is text here, where no types of a browser are.
const tellOfViolations =
  'addEventListener("securitypolicyviolation", (e) => console.error("policy: " + e.violatedDirective + " " + e.blockedURI));';
const faces = new WeakMap<Page, Required<Pick<Face, "size" | "scheme">>>();
const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/**
 * One browser for the tests of a file, to be called at its top. `page` opens a page of somebody new; when its test ends it is closed, and
 * fails the test if an error was on its console, was thrown and caught by nobody, or if its policy (CSP) was violated.
 */
export function openBrowser(): { page(face?: Face): Promise<Page> } {
  let browser: Browser;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const { program, environment, missing } = known();
    if (program === undefined) throw new Error(missing);
    const env = { ...process.env, ...environment } as Record<string, string>;
    browser = await chromium.launch({ executablePath: program, args: flags.split(" "), env, timeout: 30_000 });
  });
  afterAll(async () => {
    try {
      for (const end of ends) await end();
    } finally {
      await browser?.close();
    }
  });
  return {
    async page({ size = "desktop", scheme = "light", language = "en", allows = [], beside, kept = false } = {}) {
      const locale = { en: "en-GB", ko: "ko-KR", ja: "ja-JP" }[language];
      const context =
        beside?.context() ??
        (await browser.newContext({ viewport: sizes[size], colorScheme: scheme, locale, timezoneId: "Asia/Seoul" }));
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      faces.set(page, { size, scheme });
      const problems: string[] = [];
      const complain = (problem: string) => {
        if (!allows.some((allowed) => allowed.test(problem))) problems.push(problem);
      };
      page.on("console", (message) => {
        if (message.type() === "error") complain(`${message.text()} (${message.location().url})`);
      });
      page.on("pageerror", (error) => complain(error.stack ?? error.message));
      await page.addInitScript({ content: tellOfViolations });
      const end = async () => {
        await (beside === undefined ? context.close() : page.close());
        expect(problems, "what the page complained of").toEqual([]);
      };
      if (kept) ends.push(end);
      else onTestFinished(end);
      return page;
    },
  };
}

function known(): { program?: string; environment?: Record<string, string>; missing?: string } {
  try {
    return JSON.parse(readFileSync(join(project, ".cache/browser.json"), "utf8"));
  } catch {
    return { missing: "Setup has not looked for a browser: node scripts/setup.mjs --test" };
  }
}

const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Nothing serious that stands in the way of those who do not see, hear or point (WCAG 2.2 AA, as far as axe finds it). */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations }: AxeResults = await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(levels)} })`);
  const found = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`);
  expect(found).toEqual([]);
}

/** Nothing is wider than the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  await eventually(async () => {
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  });
}

/** `name-size-scheme.png`, in docs/screenshots where MADANG_SCREENSHOTS=on asks for them, and else aside: they differ a little each time. `face`: what was made of the page since. */
export async function screenshot(page: Page, name: string, face: Face | undefined = faces.get(page)): Promise<void> {
  const asked = process.env.MADANG_SCREENSHOTS === "on";
  const folder = join(project, asked ? "docs/screenshots" : ".cache/screenshots");
  mkdirSync(folder, { recursive: true });
  const { size = "desktop", scheme = "light" } = face ?? {};
  const path = join(folder, `${name}-${size}-${scheme}.png`);
  await page.screenshot({ path, scale: "css" });
  if (asked) expect(statSync(path).size).toBeLessThanOrEqual(160 * 1024);
}
