import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** The Python of an environment below `.distrobench` that has exactly these packages; made at the first use. */
export function python(requirements: readonly string[]): string {
  const name = requirements.join("+").replace(/[^a-z0-9.+]/gi, "-");
  const environment = join(root, ".distrobench", "test-python-environments", name);
  const program = join(environment, "bin", "python");
  if (existsSync(join(environment, "ready"))) return program;
  execFileSync("python3", ["-m", "venv", "--clear", environment], { stdio: "inherit" });
  execFileSync(program, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements], {
    stdio: "inherit",
  });
  writeFileSync(join(environment, "ready"), "");
  return program;
}
