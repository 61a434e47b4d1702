import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { satisfies } from "semver";

/**
 * What `pulumi version` says, without the `v`. Even this command writes a log into its home (of the account, whatever HOME says),
 * so it is given one that goes. Throws where the command does not run within 10 s.
 */
export async function pulumiVersion(command: string): Promise<string> {
  const { $ } = await import("zx");
  const home = await mkdtemp(join(tmpdir(), "distrobench-pulumi-version-"));
  try {
    const environment = { ...process.env, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const result = await $({ env: environment, quiet: true, timeout: "10s" })`${command} version`;
    return result.stdout.trim().replace(/^v/, "");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The SDK's own version: an engine older than its SDK is a pair that nobody tests. */
const oldestVersion = "3.236.0";

/** At least `oldestVersion`, and of the same major line. */
export function isSuitable(version: string): boolean {
  return satisfies(version, `^${oldestVersion}`);
}
