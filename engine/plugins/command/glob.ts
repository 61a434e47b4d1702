import { readdir } from "node:fs/promises";
import { join } from "node:path";

const SPECIAL = /[.+^$()|\\/[\]{}*?]/g;

/**
 * A pattern as in the official plugin: `*` and `?` stop at `/`, `**` does not, `[a-z]` and `[!a-z]` are classes, `{a,b}` are
 * alternatives, a backslash escapes.
 */
export function globToRegExp(pattern: string): RegExp {
  const tokens = pattern.matchAll(/\\.|\*\*|\*|\?|\[!?[^\]]+\]|[{},]|[^\\*?[{},]+|[\s\S]/g);
  let depth = 0;
  const parts = [...tokens].map(([token]) => {
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    return translate(token, token === "}" ? depth + 1 : depth);
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}

const fixed: Readonly<Record<string, string>> = { "**": ".*", "*": "[^/]*", "?": "[^/]" };
const alternatives: Readonly<Record<string, string>> = { "{": "(?:", "}": ")", ",": "|" };

function translate(token: string, depth: number): string {
  const known = fixed[token] ?? (depth > 0 ? alternatives[token] : undefined);
  if (known !== undefined) return known;
  if (token.startsWith("[") && token.length > 1) return token.replace(/^\[!/, "[^");
  return (token.startsWith("\\") ? token.slice(1) : token).replaceAll(SPECIAL, "\\$&");
}

/** Files below a folder that the rules choose, relative to it. Rules apply in order; `!` takes out what earlier ones chose. */
export async function matchingFiles(folder: string, rules: readonly string[]): Promise<readonly string[]> {
  const compiled = rules.map((rule) => ({ exclude: rule.startsWith("!"), pattern: globToRegExp(rule.replace(/^!/, "")) }));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relativeTo(folder, join(entry.parentPath, entry.name)))
    .filter((path) => compiled.reduce((chosen, { exclude, pattern }) => (pattern.test(path) ? !exclude : chosen), false))
    .sort();
}

function relativeTo(folder: string, path: string): string {
  return path.slice(join(folder, "/").length);
}
