import { join } from "node:path";

/** Where the provider process writes down what it does in one run of a stack. */
export function operationsFile(root: string, stack: string): string {
  const time = new Date().toISOString().replaceAll(":", "-").replace(/\..*/, "Z");
  return join(root, ".distrobench", "runs", stack, `${time}.jsonl`);
}
