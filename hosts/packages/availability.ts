import type { DistributionName, PreflightVerdict } from "../schema.ts";
import { type PackageState, remedyFor } from "./plan.ts";
import { mainName, packageEntry } from "./table.ts";
import { isAtLeast, upstreamVersion } from "./version.ts";

/** Whether a host has, or could get, what is wanted in a usable version: a verdict for each abstract package. Pure. */
export function packageVerdicts(
  distribution: DistributionName,
  wanted: readonly string[],
  state: PackageState,
  whenMissing: string,
): PreflightVerdict[] {
  return wanted.map((name) => {
    const { brought } = packageEntry(name);
    if (brought === undefined) return packageVerdict(distribution, name, state, whenMissing);
    return { check: `package ${name}`, status: "pass", found: `${brought}, sent by this machine` };
  });
}

function packageVerdict(
  distribution: DistributionName,
  name: string,
  state: PackageState,
  whenMissing: string,
): PreflightVerdict {
  const { minimum, reason, wayOut } = packageEntry(name);
  const real = mainName(distribution, state.release, name, state);
  const check = `package ${name}`;
  const installed = state.installed.get(real);
  const version = installed ?? state.candidates.get(real);
  if (version === undefined) return absent(check, real, state.hasIndex, whenMissing);
  const found = `${real} ${upstreamVersion(version)} ${installed === undefined ? "available" : "installed"}`;
  if (minimum === undefined || isAtLeast(version, minimum)) return { check, status: "pass", found };
  const remedy = remedyFor(distribution, state, name) ?? wayOut ?? "";
  return { check, status: "fail", found: `${found}; ${reason}`, remedy };
}

function absent(check: string, real: string, hasIndex: boolean, whenMissing: string): PreflightVerdict {
  if (hasIndex) return { check, status: "fail", found: `no package source has ${real}`, remedy: whenMissing };
  const remedy = "up fetches one; to see the versions before, fetch it on the host";
  return { check, status: "warn", found: `${real} not installed, and the host has no package index`, remedy };
}
