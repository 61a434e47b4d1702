import { satisfies } from "semver";

/** What `pulumi version` says, without the `v`. Throws where the command does not run within 10 s. */
export async function pulumiVersion(command: string): Promise<string> {
  const { $ } = await import("zx");
  const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const result = await $({ env: environment, quiet: true, timeout: "10s" })`${command} version`;
  return result.stdout.trim().replace(/^v/, "");
}

/** The SDK's own version: an engine older than its SDK is a pair that nobody tests. */
const oldestVersion = "3.236.0";

/** At least `oldestVersion`, and of the same major line. */
export function isSuitable(version: string): boolean {
  return satisfies(version, `^${oldestVersion}`);
}
