import type { Line } from "@madang/contracts";

/** Kept and let go of together. Larger ones save nothing more. */
const blockBytes = 16 * 1024;

/**
 * Lines for who keeps them. As they come they are slices of what one read of the socket brought, up to 64 KB of all rooms, all of which would
 * stay alive with any of them. These share blocks of at most 16 KB, or of one line, with each other and nobody else.
 */
export function keptLines(lines: readonly Line[]): Line[] {
  const kept: Line[] = [];
  while (kept.length < lines.length) {
    const together = blockFrom(lines, kept.length);
    // Not of Node's pool, which is shared with everybody.
    const block = Buffer.allocUnsafeSlow(together.reduce((bytes, { line }) => bytes + line.length, 0));
    let at = 0;
    for (const line of together) {
      block.set(line.line, at);
      kept.push({ ...line, line: block.subarray(at, at + line.line.length) });
      at += line.line.length;
    }
  }
  return kept;
}

/** At least one. */
function blockFrom(lines: readonly Line[], from: number): readonly Line[] {
  let bytes = 0;
  const end = lines.findIndex(({ line }, index) => {
    if (index < from) return false;
    bytes += line.length;
    return index > from && bytes > blockBytes;
  });
  return lines.slice(from, end < 0 ? undefined : end);
}
