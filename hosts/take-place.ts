import { type Shell, sh } from "./sh.ts";

/** Defines `durable PATH`: a file or folder is on the disk. Where `sync` takes no path, everything is. */
export const durable: Shell = sh`durable() { sync "$1" 2>/dev/null || sync; }`;

/**
 * Defines `durable`, and `take_place NEW FILE` for any POSIX shell: a finished file, made beside another one or beside none, takes its
 * place at once and is on the disk before. What the other one has besides bytes, mode and owner (ACLs, a security label, extended attributes)
 * stays. GNU's cp copies that. Where cp can't, as busybox's, the other one's inode gets the new bytes itself, while its name shows the new
 * file; not that of an executable, which may be running: there they are lost, as a program's capabilities are everywhere. Times are new ones.
 */
export const takePlace: Shell = sh`${durable}
take_place() {
  if [ ! -f "$2" ]; then durable "$1" && mv -f "$1" "$2"; return; fi
  set -- "$1" "$2" "$(stat -c %u:%g "$1")" "$(stat -c %a "$1")" "$1.inode"
  if cp --attributes-only --preserve=all --no-preserve=timestamps "$2" "$1" 2>/dev/null || [ -x "$2" ]; then rm -f "$5"; else ln -f "$2" "$5" 2>/dev/null; fi
  chown "$3" "$1" && chmod "$4" "$1" && durable "$1" && mv -f "$1" "$2" || { rm -f "$5"; return 1; }
  [ -f "$5" ] || return 0
  cat "$2" >"$5" && chown "$3" "$5" && chmod "$4" "$5" && durable "$5" && mv -f "$5" "$2" || { rm -f "$5"; return 1; }
}`;
