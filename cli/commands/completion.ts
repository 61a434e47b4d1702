import type { Command } from "commander";
import { completionScript } from "../completion.ts";
import { type Context, print } from "../context.ts";

/** `distrobench completion`: a script for `eval` in bash. */
export function completion(context: Context, program: Command): void {
  print(context, completionScript(program, context.root));
}
