import { CONFIRM_SECONDS } from "../hosts/index.ts";
import type { Matrix, MatrixHost, SecretReference } from "./schema.ts";
import type { MatrixFile, MatrixStep } from "./steps-schema.ts";

/** Before the packages come what they need (a vendor's repository), after them what needs them. */
export type Phase = "before-packages" | "after-packages";

export interface PlannedStep {
  readonly name: string;
  readonly phase: Phase;
  /** POSIX shell. */
  readonly run: string;
  readonly undo: string | undefined;
  readonly update: string | undefined;
  readonly triggers: readonly (string | number | boolean)[];
  readonly environment: Readonly<Record<string, string | SecretReference>>;
  /** How long the host waits for a new login before it runs the undo by itself; absent where it does not. */
  readonly confirmSeconds?: number;
}

export interface PlannedFile {
  /** Absolute, on the host. */
  readonly target: string;
  readonly phase: Phase;
  /** Relative to the project's root, or where the secret is that is the content. */
  readonly content: { readonly source: string } | { readonly reference: SecretReference };
  /** Octal digits without a leading zero. */
  readonly mode: string;
  /** `user:group`. */
  readonly owner: string;
}

export interface PlannedOwn {
  readonly setup: readonly PlannedStep[];
  readonly files: readonly PlannedFile[];
}

/** A host's own steps and files behind those of its distribution. */
export function planOwn(host: MatrixHost, matrix: Matrix): PlannedOwn {
  const shared = matrix.distributions[host.distribution] ?? { setup: [], files: [] };
  return {
    setup: [...shared.setup, ...host.setup].map((step) => planStep(step, host.local === undefined)),
    files: [...shared.files, ...host.files].map(planFile),
  };
}

/** A machine that distrobench runs on has no link to be cut. */
function planStep(
  { name, run, undo, update, triggers, environment, after, mayCutLink, confirmSeconds = CONFIRM_SECONDS }: MatrixStep,
  hasLink: boolean,
): PlannedStep {
  const step = { name, phase: phaseOf(after), run, undo, update, triggers, environment };
  return mayCutLink && hasLink ? { ...step, confirmSeconds } : step;
}

/** The resource that confirms a step, by the step's; no step's own name has a dot. */
export function confirmationOf(name: string): string {
  return `${name}.confirmed`;
}

function planFile({ source, content, target, mode, owner, after }: MatrixFile): PlannedFile {
  return {
    target,
    phase: phaseOf(after),
    content: content === undefined ? { source: source ?? "" } : { reference: content },
    mode: Number.parseInt(mode, 8).toString(8),
    owner: owner.includes(":") ? owner : `${owner}:${owner}`,
  };
}

function phaseOf(after: "packages" | undefined): Phase {
  return after === undefined ? "before-packages" : "after-packages";
}
