import type { z } from "zod";
import type { OperationContext, Stored } from "../hosts/index.ts";

/** A `ResourceHandler` of any inputs and outputs: what the dispatch table holds. The adapter gives it only what its own schema let through. */
export interface AnyHandler {
  readonly token: string;
  readonly inputs: z.ZodType<object>;
  readonly replaceOn: readonly string[];
  readonly notInDiff: readonly string[];
  readonly secrets: readonly string[];
  readonly refreshBeforeUpdate: boolean;
  preview?(inputs: object, old: object | undefined): object;
  create(context: OperationContext, inputs: object): Promise<{ readonly id: string; readonly outputs: object }>;
  read(
    context: OperationContext,
    stored: Stored<object, object>,
  ): Promise<{ readonly inputs: object; readonly outputs: object } | "gone">;
  update(context: OperationContext, stored: Stored<object, object>, inputs: object): Promise<object>;
  delete(context: OperationContext, stored: Stored<object, object>): Promise<void>;
}
