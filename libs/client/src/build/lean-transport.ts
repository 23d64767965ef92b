/**
 * What of the transport no page needs is left out of the bundle: debug messages, which nobody reads there, and the other ways to a server,
 * which an address of a WebSocket never takes.
 */
import { type Plugin, parseAst } from "vite";

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Its classes for them. They are known by name, so that a transport that calls them otherwise fails the build. */
const otherWays = ["SockjsTransport", "HttpStreamTransport", "SseTransport", "WebtransportTransport"];

export function leanTransport(): Plugin {
  return {
    name: "lean-transport",
    transform(code, file) {
      if (!file.includes("/centrifuge/")) return undefined;
      const left = new Set(otherWays);
      const edits = editsOf(parseAst(code) as unknown as SyntaxNode, left);
      if (left.size > 0) throw new Error(`the transport has no ${[...left].join(", ")}`);
      let lean = code;
      for (const { start, end, text } of edits.sort((one, other) => other.start - one.start))
        lean = `${lean.slice(0, start)}${text}${lean.slice(end)}`;
      return { code: lean, map: null };
    },
  };
}

/** None within another. @param left names of classes that are still to be found */
function editsOf(node: SyntaxNode, left: Set<string>): Edit[] {
  if (node.type === "CallExpression" && isDebug(node.callee as SyntaxNode)) return [{ ...placeOf(node), text: "void 0" }];
  const { name } = (node.id ?? {}) as { name?: string };
  if (node.type === "ClassDeclaration" && name !== undefined && left.delete(name))
    return [{ ...placeOf(node.body as SyntaxNode), text: "{}" }];
  return Object.values(node).flatMap((value) =>
    [value]
      .flat()
      .flatMap((one) =>
        typeof one === "object" && one !== null && "type" in one ? editsOf(one as unknown as SyntaxNode, left) : [],
      ),
  );
}

const placeOf = ({ start, end }: SyntaxNode) => ({ start, end });

function isDebug({ type, property }: SyntaxNode): boolean {
  return type === "MemberExpression" && (property as SyntaxNode).name === "_debug";
}
