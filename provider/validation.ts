import { z } from "zod";
import type { CheckFailure, PropertyMap } from "./server/index.ts";
import { formatPath, hasUnknown, type Path, toProperties } from "./values.ts";

type Issue = z.core.$ZodIssue;

/**
 * Checks inputs against a schema and fills in its defaults. What is not known yet is not judged: issues that touch an unknown
 * value are left out, and defaults are applied around it.
 */
export function validate(
  schema: z.ZodType<object>,
  inputs: PropertyMap,
): { readonly inputs: PropertyMap; readonly failures: readonly CheckFailure[] } {
  const parsed = schema.safeParse(inputs);
  if (parsed.success) return { inputs: toProperties(parsed.data), failures: [] };
  const failures = parsed.error.issues
    .filter((issue) => !touchesUnknown(issue, inputs))
    .flatMap((issue) => toFailures(issue, []));
  return { inputs: toProperties(complete(schema, inputs) as object), failures };
}

function touchesUnknown(issue: Issue, inputs: unknown): boolean {
  return issue.code !== "unrecognized_keys" && hasUnknown(valueAt(inputs, issue.path));
}

/** The value at a path, or the unknown that stands before its end. */
function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== "object" || value === null) return value;
  return valueAt((value as Readonly<Record<PropertyKey, unknown>>)[key], rest);
}

/** One failure per issue; of a union, those of the alternative that came closest. */
function toFailures(issue: Issue, prefix: Path): readonly CheckFailure[] {
  const path: Path = [...prefix, ...issue.path.map((key) => (typeof key === "number" ? key : String(key)))];
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ property: formatPath([...path, key]), reason: "there is no such property" }));
  if (issue.code === "invalid_union") {
    const [closest] = [...issue.errors].sort((a, b) => a.length - b.length || depth(b) - depth(a));
    if (closest !== undefined && closest.length > 0) return closest.flatMap((inner) => toFailures(inner, path));
  }
  return [{ property: formatPath(path), reason: issue.message }];
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

/** Applies defaults wherever that is possible without knowing the unknown parts. */
function complete(schema: unknown, value: unknown): unknown {
  if (!(schema instanceof z.ZodType)) return value;
  if (hasUnknown(value)) return completeAround(schema, value);
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : value;
}

function completeAround(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return complete(schema.unwrap(), value);
  if (schema instanceof z.ZodUnion)
    return complete(
      schema.options.find((option) => fits(option, value)),
      value,
    );
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => complete(schema.element, item));
  return schema instanceof z.ZodObject && isRecord(value) ? completeObject(schema, value) : value;
}

function completeObject(schema: z.ZodObject, value: Readonly<Record<string, unknown>>): object {
  const fields = Object.entries(schema.shape).map(([key, field]) => [key, complete(field, value[key])] as const);
  return { ...value, ...Object.fromEntries(fields.filter(([, field]) => field !== undefined)) };
}

function fits(option: unknown, value: unknown): boolean {
  if (!(option instanceof z.ZodType)) return false;
  const parsed = option.safeParse(value);
  return parsed.success || parsed.error.issues.every((issue) => touchesUnknown(issue, value));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
