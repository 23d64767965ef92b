import { type Line, limits } from "@madang/contracts";

/**
 * Copies of lines, for whoever keeps them. A line that came is a slice of one read of the socket, up to 64 KB with lines of all rooms, and holds
 * all of it alive. Copies share blocks of at most `limits.copiedBlockBytes`, or of one line, with each other and nobody else.
 */
export function copiesOf(lines: readonly Line[]): Line[] {
  return [...blocksOf(lines)].flatMap(copiedTogether);
}

function* blocksOf(lines: readonly Line[]): Iterable<readonly Line[]> {
  let block: Line[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (block.length > 0 && bytes + line.line.length > limits.copiedBlockBytes) {
      yield block;
      block = [];
      bytes = 0;
    }
    block.push(line);
    bytes += line.line.length;
  }
  if (block.length > 0) yield block;
}

function copiedTogether(lines: readonly Line[]): Line[] {
  // Not of Node's pool, which is shared with everybody.
  const block = Buffer.allocUnsafeSlow(lines.reduce((bytes, { line }) => bytes + line.length, 0));
  let end = 0;
  return lines.map((line) => {
    const at = end;
    end += line.line.length;
    block.set(line.line, at);
    return { ...line, line: block.subarray(at, end) };
  });
}
