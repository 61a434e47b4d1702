import { joinSh, type Shell, sh } from "../sh.ts";
import { takePlace } from "../take-place.ts";
import type { FilesBaseline } from "./schema.ts";

/**
 * For any POSIX shell, busybox included. One record per line, tabs between: `file PATH absent`, `file PATH other KIND`,
 * `file PATH MODE UID:GID USER:GROUP BASE64`, `missing PATH` for a folder that is not there, `record PATH BASE64`.
 */
const library: Shell = sh`${takePlace}
D=/var/lib/distrobench/files
look() {
  if [ -L "$1" ]; then printf 'file\\t%s\\tother\\ta symbolic link\\n' "$1"
  elif [ -f "$1" ]; then printf 'file\\t%s\\t%s\\t%s\\n' "$1" "$(stat -c '%a\t%u:%g\t%U:%G' "$1")" "$(base64 "$1" | tr -d '\\n')"
  elif [ -e "$1" ]; then printf 'file\\t%s\\tother\\tno regular file\\n' "$1"
  else printf 'file\\t%s\\tabsent\\n' "$1"; fi
}
missing() { d=\${1%/*}; while [ -n "$d" ] && [ ! -e "$d" ]; do printf 'missing\\t%s\\n' "$d"; d=\${d%/*}; done; }
records() { for p in "$D"/*.json; do [ -f "$p" ] && printf 'record\\t%s\\t%s\\n' "$p" "$(base64 "$p" | tr -d '\\n')"; done; :; }
put() {
  t=$(mktemp "$1.XXXXXX") && base64 -d >"$t" && chown "$3" "$t" && chmod "$2" "$t" && take_place "$t" "$1" || { rm -f "$t"; return 1; }
}
save() { umask 077; mkdir -p "$D" && base64 -d >"$D/$1.new" && durable "$D/$1.new" && mv -f "$D/$1.new" "$D/$1" && durable "$D"; }
forget() { rm -f "$D/$1" "$D/$1.new"; rmdir "$D" /var/lib/distrobench 2>/dev/null || :; }`;

/** Read-only, one round trip. */
export function readFilesScript(targets: readonly string[]): Shell {
  return joinSh([library, sh`records`, ...targets.map((target) => sh`look ${target}\nmissing ${target}`)]);
}

export type FileStep =
  | { readonly path: string; readonly remove: true }
  | { readonly path: string; readonly mode: string; readonly owner: string; readonly base64: string };

export interface FileOrder {
  /** Saved before the first step; nothing is written when it can't be. */
  readonly baseline: FilesBaseline;
  readonly makeDirectories: readonly string[];
  readonly steps: readonly FileStep[];
  readonly removeDirectories: readonly string[];
  /** What becomes of the record when every step succeeded. */
  readonly afterwards: FilesBaseline | "forget";
}

/** Exit code 70: the record can't be saved, nothing was changed. */
export function writeFilesScript(order: FileOrder): Shell {
  const record = recordName(order.baseline.owner);
  const pipe = (base64: string) => sh`printf %s ${base64}`;
  return joinSh([
    library,
    sh`${pipe(json(order.baseline))} | save ${record} || exit 70`,
    sh`set -e\numask 022`,
    ...order.makeDirectories.map((path) => sh`[ -d ${path} ] || mkdir ${path}`),
    ...order.steps.map((step) =>
      "remove" in step ? sh`rm -f ${step.path}` : sh`${pipe(step.base64)} | put ${step.path} ${step.mode} ${step.owner}`,
    ),
    ...order.removeDirectories.map((path) => sh`rmdir ${path} 2>/dev/null || :`),
    order.afterwards === "forget" ? sh`forget ${record}` : sh`${pipe(json(order.afterwards))} | save ${record}`,
  ]);
}

function recordName(owner: string): string {
  return `${owner.replaceAll("/", ".")}.json`;
}

function json(baseline: FilesBaseline): string {
  return Buffer.from(`${JSON.stringify(baseline)}\n`).toString("base64");
}
