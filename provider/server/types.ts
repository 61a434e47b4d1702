/**
 * What a plugin process must implement, with the wire format already taken away. Knows no domain: the stand-in plugins of
 * `engine/` and the distrobench provider are both served by `servePlugin`.
 */

/** A value not known before the real run. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A value the engine stores encrypted and masks. May appear at any depth. */
export class Secret {
  readonly value: PropertyValue;
  constructor(value: PropertyValue) {
    this.value = value;
  }
}

/** A file handed to a plugin. Elided to its hash in Diff, Read, Delete and the old values of Update. */
export class Asset {
  readonly hash: string;
  readonly content: { readonly path: string } | { readonly text: string } | { readonly uri: string } | "elided";
  constructor(hash: string, content: Asset["content"]) {
    this.hash = hash;
    this.content = content;
  }
}

/** A folder or set of files handed to a plugin. */
export class Archive {
  readonly hash: string;
  readonly content:
    | { readonly path: string }
    | { readonly uri: string }
    | { readonly assets: Readonly<Record<string, Asset | Archive>> }
    | "elided";
  constructor(hash: string, content: Archive["content"]) {
    this.hash = hash;
    this.content = content;
  }
}

export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | Secret
  | Asset
  | Archive
  | readonly PropertyValue[]
  | PropertyMap;

/** Absent and `null` differ, as on the wire. */
export interface PropertyMap {
  readonly [key: string]: PropertyValue;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export type DiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface DiffResult {
  /** `"unknown"` lets the engine compare old with new inputs itself. */
  readonly changes: "none" | "some" | "unknown";
  /** By property path, such as `a.b[0]["c d"]`. */
  readonly detailed?: Readonly<Record<string, { readonly kind: DiffKind; readonly inputDiff: boolean }>>;
  /** Top-level keys or paths that force a replacement. */
  readonly replaces?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
}

/** What every call about one resource carries. */
export interface Call {
  readonly urn: string;
  /** The token, such as `command:local:Command`. */
  readonly type: string;
  readonly name: string;
  /** Aborted by Cancel (also sent at every normal end) and when the call's own time-out is over. */
  readonly signal: AbortSignal;
  /** Seconds; 0 means none. */
  readonly timeoutSeconds: number;
  log(severity: "debug" | "info" | "warning" | "error", message: string, options?: { readonly ephemeral?: boolean }): void;
}

export interface Handshake {
  readonly engineAddress: string;
  readonly rootDirectory: string | undefined;
  readonly programDirectory: string | undefined;
}

export interface PluginImplementation {
  readonly name: string;
  readonly version: string;
  /** Called once, before anything else. */
  handshake?(handshake: Handshake): void;
  /** Absent: inputs are accepted as they are. */
  checkConfig?(
    news: PropertyMap,
    olds: PropertyMap,
  ): Promise<{ readonly inputs: PropertyMap; readonly failures: readonly CheckFailure[] }>;
  /** Absent: a changed configuration never replaces anything. */
  diffConfig?(olds: PropertyMap, news: PropertyMap): Promise<DiffResult>;
  configure?(args: PropertyMap): Promise<void>;
  check(
    call: Call,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<{ readonly inputs: PropertyMap; readonly failures: readonly CheckFailure[] }>;
  diff(
    call: Call,
    stored: { readonly id: string; readonly inputs: PropertyMap; readonly outputs: PropertyMap },
    news: PropertyMap,
  ): Promise<DiffResult>;
  create(
    call: Call,
    inputs: PropertyMap,
    preview: boolean,
  ): Promise<{ readonly id: string; readonly outputs: PropertyMap; readonly refreshBeforeUpdate?: boolean }>;
  /** Absent: the stored state is echoed. `"gone"` drops the resource from the state. */
  read?(
    call: Call,
    stored: { readonly id: string; readonly inputs: PropertyMap; readonly outputs: PropertyMap },
  ): Promise<
    | { readonly id: string; readonly inputs: PropertyMap; readonly outputs: PropertyMap; readonly refreshBeforeUpdate?: boolean }
    | "gone"
  >;
  update(
    call: Call,
    stored: { readonly id: string; readonly inputs: PropertyMap; readonly outputs: PropertyMap },
    news: PropertyMap,
    preview: boolean,
  ): Promise<{ readonly outputs: PropertyMap; readonly refreshBeforeUpdate?: boolean }>;
  /** Absent: deleting does nothing. */
  delete?(
    call: Call,
    stored: { readonly id: string; readonly inputs: PropertyMap; readonly outputs: PropertyMap },
  ): Promise<void>;
  invoke?(
    token: string,
    args: PropertyMap,
  ): Promise<{ readonly result: PropertyMap; readonly failures: readonly CheckFailure[] }>;
  /** All running calls have been told to stop already; close what the process still holds. Idempotent and quick. */
  cancel?(): Promise<void>;
}

/** gRPC status of a failed call. `unknown`, `internal` and `data-loss` tell the engine that the resource's state is in doubt. */
export type FailureCode =
  | "cancelled"
  | "unknown"
  | "invalid-argument"
  | "deadline-exceeded"
  | "not-found"
  | "failed-precondition"
  | "aborted"
  | "unimplemented"
  | "internal"
  | "unavailable";

/** A call failed and nothing was changed (unless the code says that this is in doubt). */
export class PluginError extends Error {
  override readonly name = "PluginError";
  readonly code: FailureCode;
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A call failed after it changed something: the engine stores `properties` and calls Update next time. */
export class InitFailure extends Error {
  override readonly name = "InitFailure";
  readonly id: string;
  readonly properties: PropertyMap;
  readonly inputs: PropertyMap | undefined;
  readonly reasons: readonly string[];
  readonly refreshBeforeUpdate: boolean;
  constructor(
    id: string,
    properties: PropertyMap,
    reasons: readonly string[],
    more: { readonly inputs?: PropertyMap; readonly refreshBeforeUpdate?: boolean } = {},
  ) {
    super(reasons.join("; "));
    this.id = id;
    this.properties = properties;
    this.inputs = more.inputs;
    this.reasons = reasons;
    this.refreshBeforeUpdate = more.refreshBeforeUpdate ?? false;
  }
}
