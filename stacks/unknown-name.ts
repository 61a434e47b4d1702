import type { Problem } from "./problems.ts";
import { suggest } from "./suggest.ts";

/** What is wrong with a name that is none of those that are known, with the one that was probably meant. */
export function unknownName(kind: string, found: string, known: readonly string[], path: Problem["path"]): Problem[] {
  if (found === "" || known.includes(found)) return [];
  const near = suggest(found, known);
  const choice = known.length === 0 ? `no ${kind} is defined` : `expected one of ${known.join(", ")}`;
  return [{ path, at: "value", message: `unknown ${kind} "${found}", ${near === undefined ? choice : `did you mean ${near}?`}` }];
}
