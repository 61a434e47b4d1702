import { joinSh, type Shell, sh } from "../sh.ts";
import { groupVersions, type PackageManager } from "./manager.ts";

/**
 * Nothing may ask, nothing recommended comes along, changed configuration files stay as they are, another apt is waited for, and no
 * downloaded file is kept. Needrestart would restart services under a running measurement.
 */
const QUIET = sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none`;
const OPTIONS = [
  "-y",
  "-q",
  "--no-install-recommends",
  "-o",
  "Dpkg::Options::=--force-confold",
  "-o",
  "DPkg::Lock::Timeout=300",
  "-o",
  "APT::Keep-Downloaded-Packages=false",
  "-o",
  "Dpkg::Use-Pty=0",
];

export const apt: PackageManager = {
  family: "apt",
  listInstalled: sh`dpkg-query -W -f='\${db:Status-Abbrev} \${Package} \${Version}\\n'`,
  parseInstalled: (text) => new Map(text.split("\n").flatMap((line) => installedLine(line))),
  parsePresent: (text) => text.split("\n").flatMap((line) => /^\w[ciHUFWt]\S? +(\S+) /.exec(line)?.[1] ?? []),
  parseConfigured: (text) => text.split("\n").flatMap((line) => /^\wc\S? +(\S+) /.exec(line)?.[1] ?? []),
  listCandidates: (names) => (names.length === 0 ? sh`:` : sh`apt-cache policy ${names}`),
  parseCandidates,
  listVersions: (names) => (names.length === 0 ? sh`:` : sh`apt-cache madison ${names}`),
  parseVersions: (text) =>
    groupVersions(text.split("\n").flatMap((line) => [/^\s*(\S+) \| (\S+) \| /.exec(line)?.slice(1) ?? []])),
  hasIndex: sh`ls /var/lib/apt/lists/ | grep -q Packages && echo yes || true`,
  fetchIndex: fetchIndex(),
  dropIndex: sh`rm -rf /var/lib/apt/lists/* /var/cache/apt/pkgcache.bin /var/cache/apt/srcpkgcache.bin`,
  // What would have to go for it is the host's own, and nobody could bring it back as it was.
  install: (names, versions) => sh`${QUIET}; apt-get ${OPTIONS} --no-remove ${installation(names, versions)}`,
  simulateInstall: (names, versions) => sh`apt-get -s -q --no-install-recommends ${installation(names, versions)}`,
  complete: complete(),
  simulateRemoval: (names) => sh`apt-get -s -q purge ${names}`,
  simulateUnneeded,
  parseRemoval: (text) => [...text.matchAll(/^(?:Purg|Remv) (\S+)/gm)].map((match) => match[1] ?? ""),
  remove: removal,
  leave: (names) => sh`apt-mark -q auto ${names}`,
  whenMissing: "check /etc/apt/sources.list* on the host, and that it reaches a mirror",
  hold: (names) => sh`apt-mark hold ${names}`,
  unhold: (names) => sh`apt-mark unhold ${names}`,
  holdByHand: (packages) => `apt-mark hold ${packages.map(([name]) => name).join(" ")}`,
  listHeld: sh`apt-mark showhold`,
  parseHeld: (text) => text.split("\n").filter((line) => line !== ""),
};

function installation(names: readonly string[], versions: Readonly<Record<string, string>>): string[] {
  const words = names.map((name) => (versions[name] === undefined ? name : `${name}=${versions[name]}`));
  // Only what we brought ourselves is ever taken to an older version.
  return [...(words.some((word) => word.includes("=")) ? ["--allow-downgrades"] : []), "install", ...words];
}

/**
 * dpkg counts its journal as part of its state, and apt does not: it would see packages that are gone, and what they needed as needed. What
 * was unpacked and lacks what it depends on is completed, or taken out, by apt.
 */
function complete(): Shell {
  return sh`if ls /var/lib/dpkg/updates | grep -q . || dpkg-query -W -f='\${db:Status-Abbrev}\\n' | grep -q '^.[UFHWt]'; then
  ${QUIET}; dpkg --configure -a --force-confold || apt-get ${OPTIONS} --fix-broken install
fi`;
}

/**
 * DPkg::Lock::Timeout does not hold for the lock of the lists, which a timer's `apt-get update` takes too: whoever finds
 * that one taken tries again, a second later. Any other failure is told at once.
 */
function fetchIndex(): Shell {
  return sh`${QUIET}; e=$(mktemp) || exit 1; n=0
until LC_ALL=C apt-get -q update 2>"$e"; do r=$?
  if [ $n -ge 300 ] || ! grep -q '^E: Could not get lock' "$e"; then cat "$e" >&2; rm -f "$e"; exit $r; fi
  sleep 1; n=$((n+1))
done; cat "$e" >&2; rm -f "$e"`;
}

/**
 * Of these packages alone apt is told that they came as dependencies: what `autoremove` would then clear away, nobody else needs. Both of
 * two alternatives stay.
 */
function simulateUnneeded(names: readonly string[]): Shell {
  const needs = ["-o", "APT::AutoRemove::RecommendsImportant=false", "-o", "APT::AutoRemove::SuggestsImportant=false"];
  return sh`s=$(mktemp) || exit 1; printf 'Package: %s\\nAuto-Installed: 1\\n\\n' ${names} >"$s"
apt-get -s -q -o Dir::State::extended_states="$s" ${needs} autoremove; r=$?; rm -f "$s"; exit $r`;
}

/** To purge is to purge whatever needs it as well, so what keeps its configuration goes first. */
function removal(names: readonly string[], configured: readonly string[] = []): Shell {
  const kept = names.filter((name) => configured.includes(name));
  const others = names.filter((name) => !configured.includes(name));
  const steps = [
    ...(kept.length === 0 ? [] : [sh`apt-get ${OPTIONS} --no-auto-remove remove ${kept}`]),
    ...(others.length === 0 ? [] : [sh`apt-get ${OPTIONS} --no-auto-remove purge ${others}`]),
  ];
  return sh`${QUIET}; ${joinSh(steps, " && ")}`;
}

function installedLine(line: string): [string, string][] {
  const [status = "", name, version] = line.trim().split(/\s+/);
  return /^.i/.test(status) && name !== undefined && version !== undefined ? [[name, version]] : [];
}

/** Blocks of `apt-cache policy`: a line `name:`, then `  Candidate: version` or `(none)`. */
function parseCandidates(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let name = "";
  for (const line of text.split("\n")) {
    name = /^(\S+):$/.exec(line)?.[1] ?? name;
    const candidate = /^ {2}Candidate: (\S+)$/.exec(line)?.[1];
    if (candidate !== undefined && candidate !== "(none)") found.set(name, candidate);
  }
  return found;
}
