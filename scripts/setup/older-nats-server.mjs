// Provides nats-server 2.10 for the tests, beside the current one: operators run it, and it answers some things
// otherwise. Kept as `.cache/nats-server-2.10`, unless `MADANG_OLDER_NATS_SERVER` names one.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { debianFamily } from "./debian.mjs";
import { NatsServerSources } from "./nats-sources.mjs";
import { cache } from "./places.mjs";
import { isExecutable } from "./run.mjs";
import { firstThatWorks } from "./sources.mjs";
import { isAtLeast, versionOf } from "./versions.mjs";

const kept = join(cache, "nats-server-2.10");
// The first of its line whose clusters keep a fence.
const fits = (version) => version[0] === 2 && version[1] === 10 && isAtLeast(version, [2, 10, 23]);

// The sums that nats-io's own container images check. None is published for macOS in a second place.
const releases = {
  "linux-x64": ["2.10.29", "linux-amd64", "e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da"],
  "linux-arm64": ["2.10.29", "linux-arm64", "da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401"],
};

export const olderNatsServer = {
  async isDone({ forTests }) {
    if (!forTests || process.env.MADANG_OLDER_NATS_SERVER) return true;
    return isExecutable(kept) && fits(await versionOf(kept, "-v"));
  },

  async do() {
    mkdirSync(cache, { recursive: true });
    const sources = new NatsServerSources(kept, fits);
    const family = debianFamily();
    const packaged = family === undefined || family.isUbuntu ? undefined : sources.debian(family, "trixie");
    await firstThatWorks(
      "nats-server 2.10",
      [sources.release(releases), packaged],
      "No nats-server 2.10.23 or newer of the 2.10 line was found. Tests that want it will say so; name one in MADANG_OLDER_NATS_SERVER.",
    );
  },
};
