import { type IgnoreRule, ignoreRules } from "./ignore.ts";
import type { Inventory } from "./parse.ts";

export interface Difference {
  readonly category: string;
  readonly key: string;
  /** `undefined` where there was no such entry. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Every difference that counts, sorted. A category that one side could not be asked about is not compared. */
export function compareInventories(
  before: Inventory,
  after: Inventory,
  rules: readonly IgnoreRule[] = ignoreRules,
): Difference[] {
  return Object.keys(before)
    .filter((category) => after[category] !== undefined)
    .sort()
    .flatMap((category) => compareCategory(category, before[category] ?? {}, after[category] ?? {}))
    .filter((difference) => !rules.some((rule) => isIgnored(rule, difference)));
}

/** One line for a person: `package jq: was not there, now 1.7.1`. */
export function describeDifference({ category, key, before, after }: Difference): string {
  const was = before === undefined ? "was not there" : `was ${before || "there"}`;
  const now = after === undefined ? "now gone" : `now ${after || "there"}`;
  return `${category} ${key}: ${was}, ${now}`;
}

function compareCategory(
  category: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => ({ category, key, before: before[key], after: after[key] }));
}

function isIgnored(rule: IgnoreRule, { category, key, before, after }: Difference): boolean {
  if (rule.category !== category || !rule.key.test(key)) return false;
  const changed = before !== undefined && after !== undefined;
  if (rule.near !== undefined) return changed && areNear(before, after, rule.near);
  return rule.valueOnly === true ? changed : rule.presenceOnly === true ? !changed : true;
}

/** Whether both are as many numbers, each of the second within a share of the first's. */
function areNear(before: string, after: string, share: number): boolean {
  const [earlier, later] = [before, after].map((text) => text.trim().split(/\s+/).map(Number));
  if (earlier === undefined || later === undefined || earlier.length !== later.length) return false;
  return earlier.every((value, index) => Math.abs((later[index] ?? Number.NaN) - value) <= share * Math.abs(value));
}
