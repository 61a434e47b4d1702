import { type Document, isAlias, isCollection, isMap, isNode, isScalar, isSeq, type Node, type Pair, visit } from "yaml";

/** More than any matrix needs, and less than makes recursion fail. */
const DEEPEST = 64;

export interface StructureProblem {
  /** Characters from the start of the file. */
  readonly offset: number;
  readonly message: string;
}

/** What makes a document no plain tree of values: aliases of nothing or of what they stand in, merged non-mappings, nesting without end. */
export function structureProblem(document: Document.Parsed): StructureProblem | undefined {
  const anchors = new Map<string, Node>();
  let found: StructureProblem | undefined;
  const check = (node: unknown, message: string | undefined) => {
    if (message === undefined) return undefined;
    found = { offset: (isNode(node) ? node.range?.[0] : undefined) ?? 0, message };
    return visit.BREAK;
  };
  visit(document, {
    Pair: (_key, pair) => check(pair.key, mergeProblem(pair, anchors)),
    Node: (_key, node, path) => {
      if ("anchor" in node && node.anchor !== undefined) anchors.set(node.anchor, node);
      return check(node, messageOf(node, path, anchors));
    },
  });
  return found;
}

/** `<<` takes a mapping or several, directly or by alias. An alias of nothing is said of the alias. */
function mergeProblem({ key, value }: Pair, anchors: ReadonlyMap<string, Node>): string | undefined {
  if (!isScalar(key) || key.source !== "<<" || key.type !== "PLAIN") return undefined;
  const meant = (node: unknown) => (isAlias(node) ? anchors.get(node.source) : node);
  const source = meant(value);
  const sources = isSeq(source) ? source.items.map(meant) : [source];
  return sources.every((one) => one === undefined || isMap(one)) ? undefined : "<< takes a mapping, or a list of them";
}

/** Nodes come in the order of the file, so an alias means the last anchor of its name before it. */
function messageOf(node: Node, path: readonly unknown[], anchors: ReadonlyMap<string, Node>): string | undefined {
  if (path.filter(isCollection).length > DEEPEST) return `is nested more than ${DEEPEST} levels deep`;
  if (!isAlias(node)) return undefined;
  const meant = anchors.get(node.source);
  if (meant === undefined) return `the alias *${node.source} means nothing: &${node.source} has to come before it`;
  return path.includes(meant) ? `the alias *${node.source} stands inside of what it means` : undefined;
}
