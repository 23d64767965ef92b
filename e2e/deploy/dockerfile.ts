// Reads a Dockerfile as far as ours goes, and follows its steps in folders of this machine instead of layers of an image.
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { project } from "../support/processes.ts";

export interface Step {
  readonly keyword: string;
  /** Such as `from` of COPY. */
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** Another stage, or an image. */
  readonly from: string;
  readonly steps: readonly Step[];
}

export function readDockerfile(text: string): Stage[] {
  const steps = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(readStep);
  const given = new Map<string, string>();
  const stages: (Stage & { steps: Step[] })[] = [];
  for (const step of steps) {
    const stage = stages.at(-1);
    if (step.keyword === "FROM") {
      const [, from = "", name = ""] = /^(\S+) AS (\S+)$/.exec(step.text) ?? [];
      stages.push({ name, from: from.replace(/^\$\{(\w+)\}$/, (_, arg: string) => given.get(arg) ?? ""), steps: [] });
    } else if (stage !== undefined) stage.steps.push(step);
    else if (step.keyword === "ARG") given.set(...pairOf(step.text));
  }
  return stages;
}

function readStep(line: string): Step {
  const [, keyword = "", flags = "", text = ""] = /^(\w+) ((?:--\S+ )*)(.*)$/.exec(line.trim()) ?? [];
  const pairs = [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name = "", value = ""]) => [name, value]);
  return { keyword, flags: Object.fromEntries(pairs), text };
}

function pairOf(text: string): [string, string] {
  const [name = "", ...rest] = text.split("=");
  return [name, rest.join("=")];
}

/** What the last word of a keyword says in a stage. */
export function last(stage: Stage, keyword: string): string {
  return stage.steps.findLast((step) => step.keyword === keyword)?.text ?? "";
}

export interface Built {
  /** The image's `/`. */
  readonly root: string;
  /** What ENV says, with paths that lie in `root`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: string;
}

/**
 * Builds a stage and those that it stands on. `images` gives the content of an image of others: files by their path in it. What stands in
 * `context` is all there is to copy from.
 */
export async function build(
  stages: readonly Stage[],
  target: string,
  options: { folder: string; context: string; images: Readonly<Record<string, Readonly<Record<string, string>>>> },
): Promise<Built> {
  const built = new Map<string, Promise<Built>>();
  const stageBuilt = (name: string): Promise<Built> => {
    const stage = stages.find((stage) => stage.name === name);
    if (stage === undefined) throw new Error(`there is no stage ${name}`);
    const running = built.get(name) ?? follow(stage);
    built.set(name, running);
    return running;
  };
  const follow = async (stage: Stage): Promise<Built> => {
    const root = join(options.folder, stage.name);
    mkdirSync(root, { recursive: true });
    const before = stages.some(({ name }) => name === stage.from) ? await stageBuilt(stage.from) : undefined;
    if (before === undefined) {
      for (const [path, file] of Object.entries(options.images[stage.from] ?? {})) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        copyFileSync(file, join(root, path));
      }
    } else await copyInto(before.root, root);
    const environment: Record<string, string> = { ...before?.environment };
    // Ours begin with WORKDIR, in the first stage of our own.
    const workdir = join(root, "app");
    const here = (path: string) => (path.startsWith("/") ? join(root, path) : join(workdir, path));
    // All at the same time, as Docker does; whoever needs one hears of its failure.
    for (const { flags } of stage.steps) if (flags.from !== undefined) stageBuilt(flags.from).catch(() => {});
    for (const { keyword, flags, text } of stage.steps) {
      if (keyword === "WORKDIR") mkdirSync(join(root, text), { recursive: true });
      else if (keyword === "RUN") await shell(text, workdir, environment);
      else if (keyword === "ENV") for (const [name, value] of pairsOf(text)) environment[name] = value;
      else if (keyword === "COPY") {
        const words = text.split(" ");
        const to = words.pop() ?? "";
        const from = flags.from === undefined ? options.context : (await stageBuilt(flags.from)).root;
        for (const word of words) await copy(join(from, word), here(to), { intoFolder: to.endsWith("/") });
      }
    }
    const inRoot = (value: string) => (value.startsWith("/") ? join(root, value) : value);
    return {
      root,
      environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, inRoot(value)])),
      entrypoint: inRoot(JSON.parse(last(stage, "ENTRYPOINT") || '[""]')[0]),
    };
  };
  return stageBuilt(target);
}

const execute = promisify(execFile);

/** What a machine needs to reach its registry. */
const roads = Object.entries(process.env).filter(([name]) =>
  /^(?:npm_config_.*|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_.*)$/i.test(name),
);

/** With the project's Node, and nothing of the environment but what finds programs and packages. */
async function shell(command: string, cwd: string, environment: Record<string, string>): Promise<void> {
  const { HOME = "", PATH = "" } = process.env;
  const own = { HOME, PATH: `${join(project, ".cache/bin")}:${PATH}`, npm_config_update_notifier: "false" };
  const env = { ...Object.fromEntries(roads), ...own, ...environment };
  await execute("/bin/sh", ["-c", command], { cwd, env, timeout: 100_000, maxBuffer: 16 * 1024 * 1024 }).catch((error) => {
    throw new Error(`${command}\n${error.stdout}${error.stderr}`, { cause: error });
  });
}

/** As Docker does: the content of a folder, or a file under its own name where the target is a folder. */
async function copy(from: string, to: string, { intoFolder }: { intoFolder: boolean }): Promise<void> {
  mkdirSync(intoFolder ? to : dirname(to), { recursive: true });
  if (isFolder(from)) await copyInto(from, to);
  else await execute("cp", ["-a", from, to]);
}

async function copyInto(from: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  // Much faster than Node over the many small files of packages.
  await execute("cp", ["-a", `${from}/.`, to]);
}

function isFolder(path: string): boolean {
  try {
    readFileSync(path);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR") return true;
    throw error;
  }
}

/** `NAME=value` and `NAME="several words"`, several on a line. */
export function pairsOf(text: string): [string, string][] {
  return [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(([, name = "", quoted, plain]) => [name, quoted ?? plain ?? ""]);
}

/** What `docker build` would send: the files of a checkout that .dockerignore lets through, as they are now, in a folder. */
export function makeContext(folder: string): string[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: project });
  // What git ignores would be sent, too: the same names must be ignored here.
  const ignored = [
    "node_modules/x",
    "services/persistence/src/generated/client.ts",
    ".env",
    "libs/bus/.env",
    ".cache/bin/node",
    "apps/web/dist/index.html",
  ];
  const files = listed.toString().split("\0").filter(Boolean);
  const rules = readFileSync(join(project, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ pattern: patternOf(line.replace(/^!/, "")), keeps: line.startsWith("!") }));
  const isSent = (path: string) => {
    const parents = path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
    return rules.findLast(({ pattern }) => parents.some((parent) => pattern.test(parent)))?.keeps ?? true;
  };
  const wrong = ignored.filter(isSent);
  if (wrong.length > 0) throw new Error(`.dockerignore lets through ${wrong.join(", ")}`);
  const sent = files.filter(isSent);
  for (const file of sent) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(project, file), join(folder, file));
  }
  return sent;
}

/** Docker's `*` finds names that begin with a dot, too, unlike a shell's. */
function patternOf(text: string): RegExp {
  const parts = text.split(/(\*\*\/|\*)/).map((part) => {
    if (part === "**/") return "(?:.*/)?";
    return part === "*" ? "[^/]*" : part.replaceAll(/[.+]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
