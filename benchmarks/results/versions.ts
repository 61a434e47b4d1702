import { UserError } from "../../hosts/index.ts";
import { RESULTS_VERSION } from "./schema.ts";

/** What one version of results/<session>/ has as JSON: session.json, a line of samples.jsonl or series.jsonl, environment/<host>.json. */
type Kind = "session" | "sample" | "series" | "environment";
type Content = Readonly<Record<string, unknown>>;

/** Makes content of one version that of the next. A kind that is not named did not change; `version` in session.json is set for all. */
export type Upgrade = { readonly [kind in Kind]?: (content: Content) => Content };

export interface Versions {
  readonly current: number;
  /** By the version that is upgraded: 1 makes version 2 of version 1. */
  readonly upgrades: Readonly<Record<number, Upgrade>>;
}

/** There is nothing before version 1. Who raises `RESULTS_VERSION` adds the way from the version before here. */
export const resultsVersions: Versions = { current: RESULTS_VERSION, upgrades: {} };

/** Makes content of an earlier version that of the current one, before its schema sees it; leaves what is no object to the schema. */
export type Upgrader = (kind: Kind, content: unknown) => unknown;

/** The version that the content of a session.json says, whatever it is. */
export function versionOf(content: unknown): unknown {
  return isContent(content) ? content.version : undefined;
}

/** How files of a version are read; `undefined` where they can't be: a newer version, or one that no way leads from. */
export function upgraderFrom(version: unknown, { current, upgrades }: Versions): Upgrader | undefined {
  if (typeof version !== "number" || !Number.isInteger(version) || version > current) return undefined;
  const steps = Array.from({ length: current - version }, (_, step) => upgrades[version + step]);
  const known = steps.filter((step) => step !== undefined);
  if (known.length < steps.length) return undefined;
  return (kind, content) => {
    if (!isContent(content)) return content;
    const upgraded = known.reduce((changed, step) => step[kind]?.(changed) ?? changed, content);
    return kind === "session" ? { ...upgraded, version: current } : upgraded;
  };
}

/** Why results can't be read by this distrobench, and what to do. */
export function unreadable(path: string, version: unknown, { current }: Versions): UserError {
  const message = `${path}: results of version ${String(version)}; this distrobench reads version ${current}${current > 1 ? " and earlier ones" : ""}`;
  const newer = typeof version === "number" && version > current;
  return new UserError(message, {
    remedy: newer
      ? "a newer distrobench wrote them: bring this checkout up to date, or read them with the one that wrote them"
      : "use the distrobench that wrote them, or measure again",
  });
}

function isContent(content: unknown): content is Content {
  return typeof content === "object" && content !== null && !Array.isArray(content);
}
