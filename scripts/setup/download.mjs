// Fetches one pinned file. A closed network must be noticed quickly, since other sources wait behind this one.
import { createHash } from "node:crypto";
import { say } from "./say.mjs";

const connectWithinMs = 5_000;
const stallsAfterMs = 15_000;

/** The bytes behind `url`, whose SHA-256 must be the one given. */
export async function download(url, sha256) {
  const abort = new AbortController();
  let deadline = setTimeout(() => abort.abort(new Error(`no answer within ${connectWithinMs / 1000} s`)), connectWithinMs);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const total = Number(response.headers.get("content-length"));
    const hash = createHash("sha256");
    const chunks = [];
    let received = 0;
    let saidAt = Date.now();
    for await (const chunk of response.body) {
      clearTimeout(deadline);
      deadline = setTimeout(() => abort.abort(new Error(`nothing came for ${stallsAfterMs / 1000} s`)), stallsAfterMs);
      hash.update(chunk);
      chunks.push(chunk);
      received += chunk.length;
      if (Date.now() - saidAt > 2_000) {
        saidAt = Date.now();
        say(`  ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""} MB`);
      }
    }
    const found = hash.digest("hex");
    if (found !== sha256) throw new Error(`its SHA-256 is ${found}, not the pinned ${sha256}`);
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(deadline);
  }
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
