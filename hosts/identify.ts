import { UserError } from "./errors.ts";
import type { DistributionName } from "./schema.ts";

/** What a system says about itself: fields of /etc/os-release, and the files that tell derivatives apart. */
export interface Identity {
  readonly osRelease: Readonly<Record<string, string>>;
  /** Text of /etc/rpi-issue; empty where there is none. */
  readonly rpiIssue: string;
  /** Fields of /etc/lsb-release. */
  readonly lsbRelease: Readonly<Record<string, string>>;
}

/**
 * In this order, because 64-bit Raspberry Pi OS has Debian's own os-release and is told apart by /etc/rpi-issue only, and because
 * PureOS has no ID_LIKE. Tromjaro's own ID is not documented, so the whole Manjaro family counts.
 */
const RULES: readonly (readonly [DistributionName, (identity: Identity, id: string) => boolean])[] = [
  ["alpine", (_, id) => id === "alpine"],
  ["pureos", (_, id) => id === "pureos"],
  ["ubuntu", (_, id) => id === "ubuntu"],
  ["tromjaro", ({ osRelease }, id) => ["tromjaro", "manjaro", "manjaro-arm"].includes(id) || like(osRelease).includes("arch")],
  ["raspberry-pi-os", ({ rpiIssue }, id) => id === "raspbian" || (id === "debian" && rpiIssue.trim() !== "")],
  ["debian", (_, id) => id === "debian"],
];

/** Which of ours a system is. Throws `UserError` for any other. */
export function identify(identity: Identity): DistributionName {
  const id = identity.osRelease.ID ?? "";
  const rule = RULES.find(([, matches]) => matches(identity, id));
  if (rule !== undefined) return rule[0];
  throw new UserError(
    `a system with ID=${id || "(none)"} in /etc/os-release is none of ${RULES.map(([name]) => name).join(", ")}`,
    {
      remedy: "use a host with one of these",
    },
  );
}

/** Names by which a release may be declared, the distribution's own code name first (`trixie`, `13`, `13.2`). */
export function releaseNames({ osRelease, lsbRelease }: Identity): string[] {
  const version = osRelease.VERSION_ID;
  const majors = version === undefined ? [] : [version.split(".").slice(0, 2).join("."), version.split(".")[0]];
  const rolling = version === undefined && osRelease.ID === "debian" ? ["testing"] : [];
  const names = [osRelease.VERSION_CODENAME, version, ...majors, ...rolling, osRelease.DEBIAN_VERSION_FULL, osRelease.BUILD_ID];
  const all = [...names, lsbRelease.DISTRIB_RELEASE].filter((name): name is string => name !== undefined && name !== "");
  return [...new Set(all)];
}

/** Fields of a file of shell assignments such as os-release; quotes are dropped. */
export function parseAssignments(text: string): Record<string, string> {
  const fields = text.split("\n").flatMap((line) => {
    const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
    return match?.[1] === undefined ? [] : [[match[1], unquote(match[2] ?? "")] as const];
  });
  return Object.fromEntries(fields);
}

function unquote(value: string): string {
  const match = /^(["'])(.*)\1$/.exec(value);
  return match === null ? value : (match[2] ?? "").replace(/\\(["'$`\\])/g, "$1");
}

function like(osRelease: Readonly<Record<string, string>>): string[] {
  return (osRelease.ID_LIKE ?? "").split(/\s+/);
}
