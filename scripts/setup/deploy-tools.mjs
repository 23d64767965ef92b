// Provides what tests check docker-compose.yml, k8s/ and the balancer's settings with: programs that read them as an engine or a cluster
// would, and need neither. `.cache/deploy-tools.json` tells the tests how each is called, or why it is missing.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { debianFamily, unpackPackages } from "./debian.mjs";
import { moveWhole, readText, writeWhole } from "./files.mjs";
import { cache } from "./places.mjs";
import { findProgram, isExecutable, run } from "./run.mjs";
import { SetupError, say, sayWhile } from "./say.mjs";
import { firstThatWorks } from "./sources.mjs";
import { isAtLeast, versionOf } from "./versions.mjs";

const record = join(cache, "deploy-tools.json");
const kept = join(cache, "deploy-tools");

/** `suite`: where the machine's own is too old. Those of Go need no more than libc. */
const tools = {
  compose: { packages: ["docker-compose"], suite: "trixie", find: findCompose },
  kustomize: { packages: ["kustomize"], suite: "trixie", find: findKustomize },
  haproxy: { packages: ["haproxy"], find: findHaproxy },
};

export const deployTools = {
  async isDone({ forTests }) {
    if (!forTests) return true;
    const present = await findAll();
    return Object.values(present).every((tool) => tool !== undefined) && readText(record) === JSON.stringify(present);
  },

  async do() {
    mkdirSync(cache, { recursive: true });
    const failed = [];
    for (const [name, tool] of Object.entries(tools)) {
      if ((await tool.find()) !== undefined) continue;
      const help = `There is no ${name} to check the deployment with: install one, and it is found on PATH. Until then, a test fails.`;
      await firstThatWorks(name, [fromDebian(name, tool)], help).catch((error) => failed.push(error));
    }
    const present = await findAll();
    for (const [name, tool] of Object.entries(present)) present[name] = tool ?? { missing: `setup found no ${name}` };
    writeWhole(record, JSON.stringify(present));
    for (const error of failed) {
      if (!(error instanceof SetupError)) throw error;
      say(error.message);
    }
  },
};

async function findAll() {
  const found = {};
  for (const [name, { find }] of Object.entries(tools)) found[name] = await find();
  return found;
}

/** The second: the first spoke another language. */
async function findCompose() {
  const program = findProgram("docker-compose");
  if (program !== undefined && isAtLeast(await versionOf(program, "version"), [2, 20, 0])) return { command: [program] };
  const docker = findProgram("docker");
  if (docker !== undefined && existsSync(pluginOf(docker))) return { command: [docker, "compose"] };
  return inKept("compose", "usr/bin/docker-compose");
}

/** Where Docker's own packages put it: `docker compose version` would take as long as all else here. */
function pluginOf(docker) {
  const folders = ["libexec/docker/cli-plugins", "lib/docker/cli-plugins"];
  const places = folders.map((folder) => join(docker, "../..", folder, "docker-compose"));
  return places.find((place) => isExecutable(place)) ?? "";
}

async function findKustomize() {
  const program = findProgram("kustomize");
  if (program !== undefined && isAtLeast(await versionOf(program, "version"), [5, 0, 0])) return { command: [program, "build"] };
  return inKept("kustomize", "usr/bin/kustomize", ["build"]);
}

async function findHaproxy() {
  const program = findProgram("haproxy", ["/usr/sbin", "/usr/local/sbin"]);
  if (program !== undefined && isAtLeast(await versionOf(program, "-v"), [2, 4, 0])) return { command: [program] };
  return inKept("haproxy", "usr/sbin/haproxy");
}

function inKept(name, file, args = []) {
  const program = join(kept, name, file);
  if (!isExecutable(program)) return undefined;
  const triplet = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[process.arch];
  const libraries = ["usr/lib", "lib"].map((folder) => join(kept, name, folder, triplet)).filter((folder) => existsSync(folder));
  return { command: [program, ...args], libraries };
}

function fromDebian(name, { packages, suite, find }) {
  const family = debianFamily();
  if (family === undefined || (family.isUbuntu && suite !== undefined)) return undefined;
  return {
    what: `the package of ${suite === undefined ? "this system" : `Debian ${suite}`}, unpacked into .cache`,
    get: async () => {
      const scratch = mkdtempSync(join(cache, "scratch-"));
      try {
        const withMissing = suite === undefined;
        await sayWhile("  still fetching", () => unpackPackages(packages, scratch, { suite, withMissing }));
        moveWhole(scratch, join(kept, name));
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
      const { command, libraries } = await find();
      const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(":") };
      await run(command[0], [name === "haproxy" ? "-v" : "version"], { env, withinMs: 10_000 });
      say(`${name} is in place`);
    },
  };
}
