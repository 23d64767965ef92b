/** The transport tells of itself in debug messages, which nobody reads in a page: they are left out of the bundle. */
import { type Plugin, parseAst } from "vite";

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function withoutDebug(): Plugin {
  return {
    name: "without-debug",
    transform(code, file) {
      if (!file.includes("/centrifuge/")) return undefined;
      const calls: SyntaxNode[] = [];
      visit(parseAst(code) as unknown as SyntaxNode, (node) => {
        if (node.type === "CallExpression" && isDebug(node.callee as SyntaxNode)) calls.push(node);
      });
      let left = code;
      for (const { start, end } of calls.sort((one, other) => other.start - one.start))
        left = `${left.slice(0, start)}void 0${left.slice(end)}`;
      return { code: left, map: null };
    },
  };
}

function isDebug({ type, property }: SyntaxNode): boolean {
  return type === "MemberExpression" && (property as SyntaxNode).name === "_debug";
}

function visit(node: SyntaxNode, see: (node: SyntaxNode) => void): void {
  see(node);
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === "object" && one !== null && "type" in one) visit(one as SyntaxNode, see);
    }
  }
}
