import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Builds a Go program that a test compares ours with, from the versions pinned in the go.mod of `directory`, once per checkout. The path
 * of the program, or why there is none.
 */
export function buildGoProgram(
  name: string,
  { directory, module, timeout }: { readonly directory: string; readonly module: string; readonly timeout: number },
): { readonly program: string } | { readonly missing: string } {
  const output = join(import.meta.dirname, "..", "..", ".distrobench", `test-${name}`);
  mkdirSync(output, { recursive: true });
  const program = join(output, name);
  try {
    execFileSync("go", ["build", "-mod=readonly", "-o", program, module], {
      cwd: directory,
      stdio: ["ignore", "ignore", "pipe"],
      timeout,
    });
    return { program };
  } catch (error) {
    return { missing: `${name} could not be built: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}` };
  }
}
