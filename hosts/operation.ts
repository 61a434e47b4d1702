import type { z } from "zod";
import type { Connection } from "./connection.ts";
import type { Transport } from "./transport.ts";

/** What the provider hands to every handler call. */
export interface OperationContext {
  readonly urn: string;
  /** Aborted on ^C, on a time-out, and at the end of the deployment. */
  readonly signal: AbortSignal;
  /** Absolute path of the project's root. */
  readonly root: string;
  readonly stack: string;
  /** A line that replaces the one before under the resource (`block 3/10 debian-13 1.05 s`). */
  progress(message: string): void;
  /** A line kept under the resource. */
  info(message: string): void;
  warn(message: string): void;
  /** The pooled session with a host; connects at the first call. Rejects with `ConnectionError`. */
  transport(connection: Connection): Promise<Transport>;
  /** Runs work alone on a physical machine: measurements and changes on one machine never overlap. */
  exclusive<Result>(machine: string, work: () => Promise<Result>): Promise<Result>;
}

/** A resource as stored: `inputs` of the last successful check, `outputs` of the last operation. */
export interface Stored<Inputs, Outputs> {
  readonly id: string;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
}

/**
 * One resource type as functions on plain values. The provider adds the engine's protocol: validation by `inputs`, unknown
 * values in previews, secrets, a diff of inputs by property path, partial failures, time-outs.
 */
export interface ResourceHandler<Inputs extends object, Outputs extends object> {
  /** The token, such as `distrobench:hosts:Host`. */
  readonly token: string;
  readonly inputs: z.ZodType<Inputs>;
  /** Inputs whose change makes a new resource (the old one is deleted first). All others update. */
  readonly replaceOn: readonly (keyof Inputs & string)[];
  /** Inputs that are stored but never a reason to act. */
  readonly notInDiff: readonly (keyof Inputs & string)[];
  /** Inputs and outputs that are always secret. */
  readonly secrets: readonly ((keyof Inputs | keyof Outputs) & string)[];
  /** Call `read` before every preview and update, so that a change on the host shows without `--refresh`. */
  readonly refreshBeforeUpdate: boolean;
  /** Outputs that a preview may promise; all others are unknown until the real run. */
  preview?(inputs: Inputs, old: Outputs | undefined): Partial<Outputs>;
  /** Throws `PartialFailure` when something was changed before it failed. */
  create(context: OperationContext, inputs: Inputs): Promise<{ readonly id: string; readonly outputs: Outputs }>;
  /**
   * The live state: inputs as the host really has them (a difference from the program's shows as drift and is repaired by
   * `update`), or `"gone"`. Must not throw when the host can't be reached during a preview: return what is stored and warn.
   */
  read(
    context: OperationContext,
    stored: Stored<Inputs, Outputs>,
  ): Promise<{ readonly inputs: Inputs; readonly outputs: Outputs } | "gone">;
  update(context: OperationContext, stored: Stored<Inputs, Outputs>, inputs: Inputs): Promise<Outputs>;
  /** Must succeed when it is already gone. */
  delete(context: OperationContext, stored: Stored<Inputs, Outputs>): Promise<void>;
}

/** Something was changed before the operation failed: the engine stores what is there, and destroy can undo it. */
export class PartialFailure<Outputs extends object> extends Error {
  override readonly name = "PartialFailure";
  readonly id: string;
  readonly outputs: Outputs;
  readonly reasons: readonly string[];

  constructor(id: string, outputs: Outputs, reasons: readonly string[], options?: ErrorOptions) {
    super(reasons.join("; "), options);
    this.id = id;
    this.outputs = outputs;
    this.reasons = reasons;
  }
}
