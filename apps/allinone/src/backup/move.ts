/** `npm run move`: the data of the all-in-one that does not run here, to the NATS and the database of separate services. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Closers } from "@madang/runtime";
import { Archive } from "./archive.ts";
import { backUp } from "./backup.ts";
import { type RestoreServicesOptions, restoreServices } from "./restore-services.ts";
import type { BackupSettings } from "./settings.ts";
import { openSource } from "./source.ts";

/** Its own data stay as they are, and nobody can start it meanwhile. @throws StartError */
export async function move(
  settings: BackupSettings,
  to: Omit<RestoreServicesOptions, "archive">,
): Promise<{ rows: number; replicas: number }> {
  const closers = new Closers();
  try {
    const source = await openSource(settings, closers, { stopped: true });
    const between = join(settings.dataDirectory, "moving");
    const removeIt = () => rm(between, { recursive: true, force: true });
    // What one that was cut short has left.
    await removeIt();
    closers.add(removeIt);
    await backUp(source, between);
    return await restoreServices({ ...to, archive: await Archive.open(between) });
  } finally {
    await closers.close(() => {});
  }
}
