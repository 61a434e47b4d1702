import { type Shell, sh } from "../sh.ts";
import { groupVersions, type PackageManager } from "./manager.ts";
import { isAtLeast } from "./version.ts";

/** Where `hold` keeps what stood in /etc/apk/world before. */
const HELD = "/var/lib/distrobench/held";

/**
 * apk(8), apk-world(5), of versions 2 and 3. What a person asked for stands in /etc/apk/world, and what nothing there needs is
 * removed along. A host that asks before it acts (/etc/apk/interactive) is told yes.
 */
export const apk: PackageManager = {
  family: "apk",
  listInstalled: sh`apk list --installed 2>/dev/null`,
  parseInstalled: (text) => new Map(text.split("\n").flatMap((line) => listLine(line))),
  listCandidates: (names) => (names.length === 0 ? sh`:` : sh`apk policy ${names} 2>/dev/null || true`),
  parseCandidates,
  listVersions: (names) => (names.length === 0 ? sh`:` : sh`apk policy ${names} 2>/dev/null || true`),
  parseVersions: (text) => groupVersions(policyVersions(text)),
  hasIndex: sh`ls /var/cache/apk/APKINDEX.* /etc/apk/cache/APKINDEX.* 2>/dev/null | grep -q . && echo yes || true`,
  fetchIndex: sh`apk update --wait 300`,
  dropIndex: sh`rm -f /var/cache/apk/APKINDEX.* /etc/apk/cache/APKINDEX.*`,
  install: (names, versions) => {
    const words = names.map((name) => (versions[name] === undefined ? name : `${name}=${versions[name]}`));
    return sh`printf 'y\\ny\\n' | apk add --wait 300 --no-progress ${words}`;
  },
  // It writes its database in one piece, at the end: one that was killed has left packages as they were.
  complete: sh`:`,
  whenMissing:
    "enable the community repository in /etc/apk/repositories (Docker and Podman are there); a release keeps only the newest build of each package, so a locked version may be gone",
  simulateRemoval: (names) => sh`apk del --simulate --rdepends ${names}`,
  // What is needed it keeps by itself, and takes it out of the world.
  simulateUnneeded: (names) => sh`apk del --simulate ${names}`,
  parseRemoval: (text) => [...text.matchAll(/^\(\s*\d+\/\d+\) Purging (\S+) \(/gm)].map((match) => match[1] ?? ""),
  remove: (names) => sh`printf 'y\\ny\\n' | apk del --wait 300 --no-progress --purge ${names}`,
  leave: (names) => sh`printf 'y\\ny\\n' | apk del --wait 300 --no-progress ${names}`,
  hold,
  unhold,
  holdByHand: (packages) => `apk add ${packages.map(([name, version]) => `${name}=${version}`).join(" ")}`,
  listHeld: sh`cat /etc/apk/world`,
  parseHeld: (text) =>
    text
      .split(/\s+/)
      .filter((entry) => /[^<>~]=/.test(entry))
      .map((entry) => entry.replace(/[=@].*$/, "")),
};

/** A held package is one of exactly its present version in the world; what stood there is kept for `unhold`. */
function hold(names: readonly string[]): Shell {
  return sh`mkdir -p ${HELD}; for p in ${names}; do
  v=$(apk list --installed "$p" 2>/dev/null | sed -n "s/^$p-\\([0-9][^ ]*\\) .*/\\1/p" | head -n 1); [ -n "$v" ] || continue
  w=$(grep -E "^$p([=<>~@]|\$)" /etc/apk/world); [ "$w" != "$p=$v" ] || continue
  [ -e ${HELD}/"$p" ] || echo "$w" >${HELD}/"$p" || exit 1
  printf 'y\\ny\\n' | apk add --wait 300 --no-progress "$p=$v" || { rm -f ${HELD}/"$p"; rmdir ${HELD} 2>/dev/null; exit 1; }
done`;
}

function unhold(names: readonly string[]): Shell {
  return sh`for p in ${names}; do
  [ -e ${HELD}/"$p" ] || continue
  w=$(cat ${HELD}/"$p")
  if [ -n "$w" ]; then printf 'y\\ny\\n' | apk add --wait 300 --no-progress "$w"; else printf 'y\\ny\\n' | apk del --wait 300 --no-progress "$p"; fi || exit 1
  rm ${HELD}/"$p"
done; rmdir ${HELD} /var/lib/distrobench 2>/dev/null || true`;
}

/** `git-2.45.2-r0 x86_64 {git} (GPL-2.0-only) [installed]`: a name may hold dashes, a version starts with a digit and ends in -rN. */
function listLine(line: string): [string, string][] {
  const match = /^(\S+)-(\d[^-\s]*-r\d+) /.exec(line);
  return match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]]];
}

function parseCandidates(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, version] of policyVersions(text)) {
    const known = found.get(name);
    if (known === undefined || isAtLeast(version, known)) found.set(name, version);
  }
  return found;
}

/** Blocks of `apk policy`: `name policy:`, `  version:`, then where it is found. Installed alone is no source. */
function policyVersions(text: string): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  let name = "";
  let version = "";
  for (const line of text.split("\n")) {
    name = /^(\S+) policy:$/.exec(line)?.[1] ?? name;
    version = /^ {2}(\S+):$/.exec(line)?.[1] ?? version;
    const source = /^ {4}(?:@\S+ )?(\S+)$/.exec(line)?.[1];
    if (source !== undefined && !source.endsWith("apk/db/installed")) found.push([name, version]);
  }
  return found;
}
