import { joinSh, type Shell, sh, takePlace } from "../../hosts/index.ts";
import { library } from "../host/library.ts";
import type { BootChange } from "../host/port.ts";
import { saveFirst } from "../host/scripts.ts";
import { parameterText, TRIAL_INIT, trialParameters } from "./command-line.ts";
import { applyCommands } from "./loader.ts";

const HOME = "/etc/distrobench";
const CONFIRMED = "/run/distrobench.confirmed";

/**
 * The first process of a trial: leaves a dead man behind and becomes the real init. Unless it is confirmed in time, the dead man says so
 * in the record, puts the boot loader's files back, and resets the machine (sysrq, which needs no working user space).
 */
const TRIAL_SCRIPT = `#!/bin/sh
# Made by distrobench for one start of this machine; removed when that is over.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
(
  n=$(cat ${HOME}/seconds)
  while :; do
    if [ -e ${CONFIRMED} ]; then rm -f ${CONFIRMED}; exit 0; fi
    [ "$n" -gt 0 ] || break
    sleep 1
    n=$((n - 1))
  done
  mount -o remount,rw / 2>/dev/null
  date -u '+%Y-%m-%dT%H:%M:%SZ' >${HOME}/fired
  [ ! -f ${HOME}/undo ] || sh ${HOME}/undo
  sync
  echo s >/proc/sysrq-trigger
  echo b >/proc/sysrq-trigger || reboot -f
) </dev/null >/dev/null 2>&1 &
exec "$(cat ${HOME}/init)" "$@"
`;

/** extlinux itself reads only the menu that update-extlinux makes of its configuration. */
const EXTLINUX = "/etc/update-extlinux.conf";
const MENU = "/boot/extlinux.conf";
const IS_TRIAL = `init=${TRIAL_INIT}`;
/** For sed: takes out of a command line what makes it a trial, and leaves the parameters. */
const WITHOUT_TRIAL = `s# panic=10 ${IS_TRIAL}##; s# ${IS_TRIAL}##`;

/**
 * Takes a trial out of the boot loader's files, however far it came, and as often as wanted: they become what they were, and a file that
 * somebody else has changed since loses only what would start a trial. The configuration comes last, since it tells which of both it is.
 * For the dead man too, who may run before a boot medium is mounted.
 */
const undoScript = (path: string): Shell => sh`${takePlace}
H=${HOME}
p=${path}
m=${MENU}
[ -f "$H/menu" ] || m=$p
back() {
  grep -qF ${IS_TRIAL} "$2" 2>/dev/null || return 0
  t=$(readlink -f "$2")
  if [ -n "$whole" ]; then cp -p "$H/$1" "$t.new"; else cp -p "$t" "$t.new" && sed ${WITHOUT_TRIAL} "$t" >"$t.new"; fi && take_place "$t.new" "$t"
}
for f in "$p" "$m"; do [ -e "$f" ] || mount "\${f%/*}" 2>/dev/null; done
if cmp -s "$H/file.trial" "$p"; then whole=yes; else whole=; fi
[ ! -f "$H/menu" ] || back menu "$m" || exit
back file "$p"`;

/** The menu entry of the running kernel, with more on its command line. */
const ENTRY = `/^[ \\t]*menuentry / { inside = 1; found = 0; text = "menuentry \\"distrobench trial\\" --id distrobench-trial {\\n"; next }
inside && /^[ \\t]*linux(efi)?[ \\t]/ { n = split($2, part, "/"); if (part[n] == image) found = 1; text = text $0 " " more "\\n"; next }
inside && /^[ \\t]*}[ \\t]*$/ { if (found && !done) { printf "%s}\\n", text; done = 1 } inside = 0; next }
inside { text = text $0 "\\n" }`;

const bootLibrary: Shell = sh`H=${HOME}
B=/boot/grub
M=${MENU}
C=${CONFIRMED}
die() { echo "$1" >&2; withdraw; exit 71; }
on_trial() { grep -qF ${IS_TRIAL} /proc/cmdline; }
mount_of() {
  awk -v p="$1" '{ if ($2 == "/" || p == $2 || index(p, $2 "/") == 1) if (length($2) >= length(at)) { at = $2; what = $1 " " $3 } } END { print what }' /proc/mounts
}
arm_grub() {
  { [ -f $B/grub.cfg ] && has grub-editenv; } || die "there is no $B/grub.cfg, or no grub-editenv"
  { grep -q next_entry $B/grub.cfg && grep -q custom.cfg $B/grub.cfg; } || die "$B/grub.cfg can't start an entry once"
  case $(mount_of $B) in
    /dev/mapper/* | /dev/dm-* | /dev/md* | *" btrfs" | *" zfs") die "GRUB can't write to $B on LVM, RAID, btrfs or ZFS, so it would not forget an entry" ;;
  esac
  i=$(sed -n 's/^\\(.* \\)\\{0,1\\}BOOT_IMAGE=\\([^ ]*\\).*/\\2/p' /proc/cmdline)
  e=$(awk -v image="\${i##*/}" -v more="$1" ${ENTRY} $B/grub.cfg)
  [ -n "$e" ] || die "$B/grub.cfg has no entry for the running kernel \${i##*/}"
  if [ -e $B/custom.cfg ]; then cp -p $B/custom.cfg $H/custom.cfg; fi
  if [ ! -e $B/grubenv ]; then : >$H/no-grubenv; grub-editenv $B/grubenv create; fi
  printf '\\n%s\\n' "$e" >>$B/custom.cfg && grub-editenv $B/grubenv set next_entry=distrobench-trial || die "GRUB's environment can't be written"
}
arm_file() {
  cp -p "$1" $H/file && printf %s "\${2##* }" | base64 -d >$H/file.trial && printf '%s\\n' "$3" >$H/undo || die "$1 can't be kept"
  if [ -f $M ]; then cp -p $M $H/menu || die "$M can't be kept"; fi
  [ "$1" != ${EXTLINUX} ] || [ -f $H/menu ] || die "there is no $M that would be made of $1"
  write_file "$1" "$2" && apply || die "$1 can't be written"
  [ ! -f $H/menu ] || grep -qF ${IS_TRIAL} $M || die "$M was not made anew of $1: overwrite=1 has to stand there"
}
# Once: a dead man takes it away as he goes, and nobody would take away a second one.
call_off() { if [ -z "\${off-}" ] && on_trial && [ -e $H/trial-init ]; then : >$C; off=yes; fi; }
withdraw() {
  call_off
  [ ! -f $H/undo ] || sh $H/undo || return
  if [ -e $H/no-grubenv ]; then rm -f $B/grubenv; fi
  if [ -e $B/custom.cfg ] && grep -q distrobench-trial $B/custom.cfg; then
    [ ! -e $B/grubenv ] || grub-editenv $B/grubenv unset next_entry
    if [ -e $H/custom.cfg ]; then cp -p $H/custom.cfg $B/custom.cfg; else rm -f $B/custom.cfg; fi
  fi
  rm -rf $H
}`;

/**
 * Prints the init that a command line names, if any. That of a trial does not count: it stays on the running one until the next restart, and
 * the next trial would start itself for ever.
 */
export function initBefore(commandLine = "/proc/cmdline"): Shell {
  return sh`tr ' ' '\\n' <${commandLine} | grep -vxF ${IS_TRIAL} | sed -n 's/^init=//p' | tail -n 1`;
}

function apply(path: string): Shell {
  const branches = applyCommands(path).map((command) => {
    const words = command.split(" ");
    return sh`if has ${words[0] ?? ""}; then ${words} >&2; return; fi`;
  });
  return joinSh([sh`apply() {`, ...branches, sh`:`, sh`}`]);
}

/** Keeps the record, and makes the next start, and only that one, the trial. Exit code 70: no record; 71: this host can't try; `TAKEN`. */
export function armScript(change: BootChange): Shell {
  const text = Buffer.from(TRIAL_SCRIPT).toString("base64");
  const more = trialParameters(change.parameters).map(parameterText).join(" ");
  return joinSh([
    library,
    bootLibrary,
    apply(change.path),
    saveFirst(change),
    sh`umask 022`,
    sh`withdraw || exit 70`,
    // A dead man who still waits takes it away himself.
    sh`on_trial || rm -f $C`,
    sh`mkdir -p $H && printf %s ${text} | base64 -d >$H/trial-init && chmod 755 $H/trial-init || exit 70`,
    sh`echo ${change.confirmSeconds} >$H/seconds`,
    sh`i=$(${initBefore()}); echo "\${i:-/sbin/init}" >$H/init`,
    change.loader === "grub"
      ? sh`arm_grub ${more}`
      : sh`arm_file ${change.path} ${change.trialFile} ${undoScript(change.path).toString()}`,
    sh`sync`,
  ]);
}

/** Calls the dead man off, and makes permanent what runs. */
export function confirmScript(change: BootChange): Shell {
  const { path, file } = change;
  return joinSh([
    library,
    bootLibrary,
    apply(path),
    saveFirst(change),
    sh`umask 022`,
    sh`call_off`,
    sh`write_file ${path} ${file} && apply || die ${`${path} can't be made permanent`}`,
    sh`withdraw`,
    sh`sync`,
  ]);
}

/** Ends a trial that came to nothing; prints when the dead man acted. */
export const withdrawScript: Shell = joinSh([library, bootLibrary, sh`cat $H/fired 2>/dev/null`, sh`withdraw`]);

/** Lets the boot loader read its file as it is now. */
export function applyScript(path: string): Shell {
  return joinSh([library, apply(path), sh`apply`]);
}
