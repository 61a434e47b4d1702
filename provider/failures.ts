import { CommandError, ConnectionError, explainSystemError, PartialFailure, UserError } from "../hosts/index.ts";
import { type FailureCode, InitFailure, PluginError, type PropertyMap } from "./server/index.ts";
import { asUnfinished } from "./unfinished.ts";

interface Presentation {
  readonly scrub: (message: string) => string;
  /** Show stacks. */
  readonly debug: boolean;
  /** What is stored of a resource that exists in part. */
  readonly outputs: (made: object) => PropertyMap;
  /** Whether such a resource is read before every preview and update. */
  readonly refreshBeforeUpdate: boolean;
}

/** What the engine is told of an error that a handler threw. */
export function toPluginFailure(error: unknown, presentation: Presentation): PluginError | InitFailure {
  if (error instanceof PluginError || error instanceof InitFailure) return error;
  if (error instanceof PartialFailure) {
    const reasons = error.reasons.map(presentation.scrub);
    const { refreshBeforeUpdate } = presentation;
    return new InitFailure(error.id, asUnfinished(presentation.outputs(error.outputs), reasons), reasons, {
      refreshBeforeUpdate,
    });
  }
  const known = explainSystemError(error);
  return new PluginError(codeOf(known), presentation.scrub(describe(known, presentation.debug)));
}

/** A command that failed half-way may have changed something; a refusal and a failed connection have not. */
function codeOf(error: unknown): FailureCode {
  if (error instanceof ConnectionError) return "unavailable";
  if (error instanceof CommandError) return "unknown";
  return error instanceof UserError ? "failed-precondition" : "unknown";
}

function describe(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (debug) return [told(error), error.stack].join("\n");
  return told(error);
}

function told(error: Error): string {
  if (error instanceof UserError) return error.remedy === undefined ? error.message : `${error.message}\n${error.remedy}`;
  return `${error.name}: ${error.message} (a defect of distrobench; DISTROBENCH_DEBUG=1 shows where)`;
}
