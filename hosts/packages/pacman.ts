import { type Shell, sh } from "../sh.ts";
import { groupVersions, type PackageManager } from "./manager.ts";

/** pacman gives up at once when another one runs; this waits, at most as long as apt does. */
const WAIT = sh`n=0; while [ -e /var/lib/pacman/db.lck ] && [ $n -lt 300 ]; do sleep 1; n=$((n+1)); done`;

/**
 * pacman(8), pacman.conf(5). An index that is there is never fetched again: new packages from a newer index over an older system are
 * a partial upgrade, which Arch does not support.
 */
export const pacman: PackageManager = {
  family: "pacman",
  // Exit code 1 only says that the list is empty.
  listInstalled: sh`LC_ALL=C pacman -Q || true`,
  parseInstalled: (text) => new Map(text.split("\n").flatMap((line) => pair(line))),
  listCandidates: (names) => (names.length === 0 ? sh`:` : sh`LC_ALL=C pacman -Si ${names} 2>/dev/null || true`),
  parseCandidates,
  // A mirror keeps one version of each.
  listVersions: (names) => (names.length === 0 ? sh`:` : sh`LC_ALL=C pacman -Si ${names} 2>/dev/null || true`),
  parseVersions: (text) => groupVersions([...parseCandidates(text)]),
  hasIndex: sh`ls /var/lib/pacman/sync/*.db >/dev/null 2>&1 && echo yes || true`,
  fetchIndex: sh`ls /var/lib/pacman/sync/*.db >/dev/null 2>&1 || { ${WAIT}; LC_ALL=C pacman -Sy --noconfirm --noprogressbar; }`,
  dropIndex: sh`rm -f /var/lib/pacman/sync/*.db /var/lib/pacman/sync/*.db.sig /var/lib/pacman/sync/*.files`,
  install,
  // Its lock file outlives a pacman that was killed; one that lives, and pamac, keep theirs open (libalpm, _alpm_handle_lock).
  complete: sh`ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q ' /var/lib/pacman/db.lck$' || rm -f /var/lib/pacman/db.lck`,
  whenMissing:
    "look at the repositories in /etc/pacman.conf; when a mirror no longer has the version of the host's index, upgrade the host with pacman -Syu",
  simulateRemoval: (names) => sh`LC_ALL=C pacman -Rcp --print-format %n ${names}`,
  simulateUnneeded: (names) => sh`LC_ALL=C pacman -Rup --print-format %n ${names}`,
  parseRemoval: (text) => text.split("\n").filter((line) => /^[a-z0-9@_+][a-z0-9@._+-]*$/.test(line)),
  remove: (names) => sh`${WAIT}; LC_ALL=C pacman -Rn --noconfirm --noprogressbar ${names}`,
  leave: (names) => sh`${WAIT}; LC_ALL=C pacman -D --asdeps ${names}`,
  hold: (names) =>
    sh`for p in ${names}; do pacman-conf IgnorePkg | grep -qxF -- "$p" || sed -i "/^\\[options\\]/a IgnorePkg = $p" /etc/pacman.conf; done`,
  holdByHand: (packages) => `IgnorePkg = ${packages.map(([name]) => name).join(" ")} below [options] in /etc/pacman.conf`,
  unhold: (names) => sh`for p in ${names}; do sed -i "/^IgnorePkg = $p\$/d" /etc/pacman.conf; done`,
  listHeld: sh`pacman-conf IgnorePkg`,
  parseHeld: (text) => text.split("\n").filter((line) => line !== ""),
};

/** Downloads go to a folder of their own, readable for pacman's download user, so that none stays in the host's cache. */
function install(names: readonly string[], versions: Readonly<Record<string, string>>): Shell {
  const words = names.map((name) => (versions[name] === undefined ? name : `${name}=${versions[name]}`));
  return sh`${WAIT}; d=$(mktemp -d) && chmod 755 "$d" || exit 1
LC_ALL=C pacman -S --needed --noconfirm --noprogressbar --cachedir "$d" ${words}; r=$?; rm -rf "$d"; exit $r`;
}

function pair(line: string): [string, string][] {
  const [name, version] = line.trim().split(" ");
  return name === undefined || version === undefined ? [] : [[name, version]];
}

/** Blocks of `pacman -Si` with `Name : x` before `Version : y`; of two repositories with the same package the first counts. */
function parseCandidates(text: string): Map<string, string> {
  const found = new Map<string, string>();
  let name = "";
  for (const line of text.split("\n")) {
    name = /^Name\s*: (\S+)$/.exec(line)?.[1] ?? name;
    const version = /^Version\s*: (\S+)$/.exec(line)?.[1];
    if (version !== undefined && !found.has(name)) found.set(name, version);
  }
  return found;
}
