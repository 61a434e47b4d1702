import type { z } from "zod";
import { matrixJsonSchema } from "./schema.ts";
import { suggest } from "./suggest.ts";

export type Path = readonly PropertyKey[];

/** One thing wrong with a matrix. `at: "key"` points at the last name of the path, `"value"` at what stands behind it. */
export interface Problem {
  readonly path: Path;
  readonly at: "key" | "value";
  readonly message: string;
}

/** Where a value may be a secret by mistake: it is never repeated in a message. */
const SECRET_FIELDS: ReadonlySet<PropertyKey> = new Set(["password", "passphrase", "privateKey", "environment", "content"]);

const TYPES: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** Says in a sentence what the schema found, with what stands in the file and what was probably meant. */
export function describeIssues(error: z.ZodError, raw: unknown): Problem[] {
  return error.issues.flatMap((issue) => describeIssue(issue, raw));
}

function describeIssue(issue: z.core.$ZodIssue, raw: unknown): Problem[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(issue.path, key));
  if (issue.code === "invalid_key") {
    const message = issue.issues[0]?.message ?? "expected another name";
    return [{ path: issue.path, at: "key", message }];
  }
  const found = valueAt(raw, issue.path);
  const expectation = expected(issue);
  if (found === undefined) return [{ path: issue.path, at: "value", message: `is missing: ${expectation}` }];
  return [{ path: issue.path, at: "value", message: expectation + foundText(issue, found) }];
}

function unknownKey(path: Path, key: string): Problem {
  const allowed = allowedKeys(path);
  const near = suggest(key, allowed);
  const hint = near === undefined ? `expected one of ${allowed.join(", ")}` : `did you mean ${near}?`;
  return { path: [...path, key], at: "key", message: allowed.length === 0 ? "unknown key" : `unknown key, ${hint}` };
}

function expected(issue: z.core.$ZodIssue): string {
  if (!isStock(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `expected at least ${issue.minimum}`;
    case "too_big":
      return `expected at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** The validator's own wording, which is written for programmers. */
function isStock(message: string): boolean {
  return /^(Invalid|Too|Unrecognized)\b/.test(message);
}

function foundText(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.path.some((part) => SECRET_FIELDS.has(part))) return "";
  if (!expected(issue).startsWith("expected")) return "";
  const near = issue.code === "invalid_value" && typeof found === "string" ? suggest(found, issue.values.map(String)) : undefined;
  return `, found ${shorten(found)}${near === undefined ? "" : `; did you mean ${near}?`}`;
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

type JsonSchema = typeof matrixJsonSchema;

/** Names that may stand in the mapping at a path, read from the schema for editors. */
function allowedKeys(path: Path): string[] {
  const root = matrixJsonSchema;
  const found = path.reduce<JsonSchema[]>((schemas, part) => schemas.flatMap((schema) => step(root, schema, part)), [root]);
  return [...new Set(found.flatMap((schema) => [...Object.keys(schema.properties ?? {}), ...namedKeys(schema.propertyNames)]))];
}

/** Keys of a mapping whose names are a fixed list. */
function namedKeys(names: JsonSchema["propertyNames"]): string[] {
  return isSchema(names) ? (names.enum ?? []).map(String) : [];
}

function step(root: JsonSchema, schema: JsonSchema, part: PropertyKey): JsonSchema[] {
  const named = schema.properties?.[String(part)];
  const next = [named, schema.additionalProperties, schema.items].filter(isSchema);
  return (named === undefined ? next : [named].filter(isSchema)).flatMap((inner) => alternatives(root, inner));
}

function alternatives(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  const target = schema.$ref === undefined ? schema : root.$defs?.[schema.$ref.replace("#/$defs/", "")];
  if (target === undefined) return [];
  return target.anyOf === undefined ? [target] : target.anyOf.filter(isSchema);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
