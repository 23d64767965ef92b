// Takes packages of Debian and Ubuntu without installing them: downloaded by apt from the machine's own mirror, with
// apt's own signature checks, and unpacked into a folder. It needs no root and leaves the system's apt as it was.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readText, writeWhole } from "./files.mjs";
import { cache } from "./places.mjs";
import { findProgram, run } from "./run.mjs";

/** What this machine is, or nothing where it has no apt. */
export function debianFamily() {
  if (process.platform !== "linux" || !findProgram("apt-get") || !findProgram("dpkg-deb")) return undefined;
  const release = readText("/etc/os-release") ?? "";
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, "m").exec(release)?.[1] ?? "";
  const id = field("ID");
  return { isUbuntu: id === "ubuntu" || field("ID_LIKE").includes("ubuntu"), codename: field("VERSION_CODENAME") };
}

/** The version that the machine's own suite offers, as far as its lists know: asks no network. */
export async function candidateOf(name) {
  const policy = await run("apt-cache", ["policy", name], { withinMs: 10_000 });
  const found = /Candidate: (?:\d+:)?(\d+)\.(\d+)\.(\d+)/.exec(policy);
  return found?.slice(1).map(Number);
}

/**
 * Unpacks packages of a suite into a folder; without a suite, of the machine's own. `withMissing` brings whatever they
 * depend on that is not installed here.
 */
export async function unpackPackages(names, into, { suite, withMissing = false } = {}) {
  const family = debianFamily();
  const folder = join(cache, "debian", suite ?? "own");
  const lists = join(folder, "lists");
  const downloads = join(folder, "downloads");
  for (const needed of [join(lists, "partial"), join(folder, "cache/archives/partial"), downloads, into]) {
    mkdirSync(needed, { recursive: true });
  }
  for (const [name, text] of sourcesOf(family, suite)) writeWhole(join(folder, "sources", name), text);
  const options = {
    "Dir::Etc::sourcelist": "/dev/null",
    "Dir::Etc::sourceparts": join(folder, "sources"),
    "Dir::State::lists": lists,
    "Dir::Cache": join(folder, "cache"),
    // As root, apt would drop to a user who cannot enter this folder.
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "5",
    "Acquire::https::Timeout": "5",
    // Silence of apt-get update about a mirror that it did not reach would end in stale lists.
    "APT::Update::Error-Mode": "any",
    "Debug::NoLocking": "1",
  };
  const apt = (...args) =>
    run("apt-get", [...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]), "-qq", ...args], {
      withinMs: 180_000,
      cwd: downloads,
      env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    });

  await apt("update");
  const wanted = withMissing ? [...new Set([...names, ...(await missing(apt, names))])] : names;
  const here = mkdtempSync(join(downloads, "d-"));
  try {
    await apt("download", ...wanted, "-o", `Dir::Cache::archives=${here}`);
    for (const file of readdirSync(downloads).filter((name) => name.endsWith(".deb"))) {
      await run("dpkg-deb", ["--extract", join(downloads, file), into]);
    }
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

/** The packages that installing these would bring: apt plays it through, and nothing is changed. */
async function missing(apt, names) {
  const plan = await apt("--simulate", "--no-install-recommends", "install", ...names);
  return [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
}

/**
 * The machine's own entries for its main archive, so that its mirror and keys are used; another suite is the same
 * entry with the suite's name changed.
 */
function sourcesOf({ isUbuntu, codename }, suite) {
  const names = new Set([codename, "stable", "testing", "unstable", "sid"].filter((name) => name !== ""));
  const isOwn = (found) => [...names].some((name) => found === name || (!suite && found.startsWith(`${name}-`)));
  const components = isUbuntu ? "main universe" : "main";
  const sources = [];
  for (const file of ["/etc/apt/sources.list", ...listFolder("/etc/apt/sources.list.d")]) {
    const text = readText(file) ?? "";
    if (file.endsWith(".sources")) {
      for (const stanza of text.split(/\n\s*\n/)) {
        const field = (name) => new RegExp(`^${name}:[ \t]*(.*)$`, "mi").exec(stanza)?.[1].trim().split(/\s+/) ?? [];
        if (!field("Types").includes("deb") || !field("Components").includes("main") || !field("Suites").some(isOwn)) continue;
        const kept = suite ? stanza.replace(/^Suites:.*$/im, `Suites: ${suite}`) : stanza;
        sources.push(["sources", kept.replace(/^Components:.*$/im, `Components: ${components}`).trim()]);
      }
    } else if (file.endsWith(".list")) {
      for (const [, start, found, sections] of text.matchAll(/^(deb (?:\[[^\]]*\] )?\S+) (\S+) (.*)$/gm)) {
        if (isOwn(found) && sections.split(/\s+/).includes("main"))
          sources.push(["list", `${start} ${suite ?? found} ${components}`]);
      }
    }
  }
  if (sources.length === 0) throw new Error("apt has no entry for this system's main archive");
  const used = suite ? sources.slice(0, 1) : sources;
  return used.map(([form, text], place) => [`${place}.${form}`, `${text}\n`]);
}

function listFolder(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
