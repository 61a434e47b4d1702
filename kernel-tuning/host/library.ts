import { type Shell, sh, takePlace } from "../../hosts/index.ts";
import { readServices } from "./services.ts";
import { TAKEN } from "./taken.ts";

/**
 * Functions for any POSIX shell, busybox included. Output is one record per line: kind, name, value, with tabs between.
 * All values are read by one `head`: a process per file takes seconds on a slow host, and a shell's own `read` asks for one byte at a
 * time, of which files under /proc/sys answer only the first. A file that can't be read, or is empty, has no record.
 * `save BASE64 SHA256` puts a record in the place of the one that has that digest. Without one yet (an empty SHA256) the name is made with
 * link(2), which only one of several can. Both end the script with `TAKEN` where another record is in the way, and print that.
 */
export const library: Shell = sh`${takePlace}
D=/var/lib/distrobench/baseline
R=$D/tuning.json
G=/sys/fs/cgroup
L=/run/distrobench.latency
o() { printf '%s\\t%s\\t%s\\n' "$1" "$2" "$3"; }
squeeze() { r="$*"; }
has() { command -v "$1" >/dev/null 2>&1; }
systemd() { [ -d /run/systemd/system ]; }
read_value() {
  head -v -n 1 -- "$@" 2>/dev/null | while IFS= read -r l; do
    case $l in
      "==> "*" <==") p=\${l#==> }; p=\${p% <==} ;;
      ?*) set -f; squeeze $l; o value "$p" "$r" ;;
    esac
  done
}
read_controllers() { [ -f "$1" ] && { set -f; squeeze $(cat "$1"); set +f; o controllers "$1" "$r"; }; }
read_file() {
  if [ -f "$1" ]; then o file "$1" "$(stat -L -c '%a %u:%g' "$1") $(base64 "$1" | tr -d '\\n')"; else o file "$1" absent; fi
}
read_slice() { if [ -d "$G/$1" ]; then o slice "$1" present; else o slice "$1" absent; fi; }
read_property() { if [ -f "$G/$1" ]; then set -f; squeeze $(cat "$G/$1"); set +f; o property "$1" "$r"; else o property "$1" absent; fi; }
read_swap() { sed 1d /proc/swaps 2>/dev/null | while read -r d t s u q; do
  case $q in -*) o swap "$d" on ;; *) o swap "$d" "on $q" ;; esac
done; }
${readServices}
as_user() { u=$1; shift; setpriv --reuid "$u" --regid "$(stat -c %g "/run/user/$u")" --clear-groups env XDG_RUNTIME_DIR="/run/user/$u" systemctl --user "$@"; }
read_session() {
  systemd && has setpriv || return 0
  for q in /run/user/*/systemd/private; do
    [ -S "$q" ] || continue
    d=\${q#/run/user/}; d=\${d%%/*}
    for p do
      case \${p%%/*} in "*" | "$d") ;; *) continue ;; esac
      s=$(as_user "$d" show -p LoadState,ActiveState -- "\${p#*/}" 2>/dev/null </dev/null)
      case $s in *LoadState=loaded*) ;; *) continue ;; esac
      case $s in *ActiveState=active* | *ActiveState=reloading* | *ActiveState=activating*) s=running ;; *) s=stopped ;; esac
      o session "$d/\${p#*/}" "$s"
    done
  done
}
read_confined() {
  systemd && [ -f "$G/cgroup.controllers" ] && [ -d "$G/$1" ] || return 0
  v=; if [ -f "$G/$1/cpuset.cpus" ]; then v=$(cat "$G/$1/cpuset.cpus"); fi
  o confined "$1" "\${v:-all}"
}
started() { set -f; set -- $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null); set +f; if [ "\${1-Z}" = Z ]; then s=; else s=\${20-}; fi; }
holder() { [ -f "$L" ] && read -r p t v <"$L" && started "$p" && [ -n "$s" ] && [ "$s" = "$t" ]; }
read_latency() { [ -e "$1" ] || return 0; if holder; then o latency "$1" "$v"; else o latency "$1" released; fi; }
read_command_line() {
  o commandLine - "$(cat /proc/cmdline)"
  if grep -q default/grub.d "$(command -v grub-mkconfig)" 2>/dev/null; then o loader grub.d yes; fi
  if [ -d /etc/distrobench ]; then o fact trial "$(cat /etc/distrobench/fired 2>/dev/null || echo open)"; fi
}
read_record() { for p in "$R" "$D/tuning.readback"; do [ -f "$p" ] && o record "\${p##*/}" "$(base64 "$p" | tr -d '\\n')"; done; }
read_facts() {
  o fact kernel "$(uname -r)"
  o fact bootId "$(cat /proc/sys/kernel/random/boot_id)"
  if systemd; then o fact init systemd; elif has rc-service; then o fact init openrc; else o fact init other; fi
  o fact online "$(cat /sys/devices/system/cpu/online)"
  o fact present "$(cat /sys/devices/system/cpu/present)"
  for p in /sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list; do [ -f "$p" ] && o siblings "\${p#/sys/devices/system/cpu/cpu}" "$(cat "$p")"; done
  awk 'NR == 1 { c = NF; next } $1 ~ /^[0-9]+:$/ { n = $1; sub(":", "", n); t = ""; for (i = c + 2; i <= NF; i++) t = t " " $i; printf "irq\\t%s\\t%s\\n", n, substr(t, 2) }' /proc/interrupts
  for p in /sys/class/net/*/device; do
    [ -e "$p" ] || continue
    d=\${p#/sys/class/net/}
    o interface "\${d%/device}" physical
  done
  for p in /sys/class/net/*/device/msi_irqs/* /sys/class/net/*/device/../msi_irqs/*; do
    [ -e "$p" ] || continue
    d=\${p#/sys/class/net/}
    o deviceIrq "\${d%%/*}" "\${p##*/}"
  done
  if grep -q ' /sys/kernel/debug debugfs ' /proc/mounts; then o fact debugfs mounted
  elif grep -q 'debugfs$' /proc/filesystems; then o fact debugfs unmounted; else o fact debugfs none; fi
  if [ -r /sys/kernel/security/lockdown ]; then o fact lockdown "$(cat /sys/kernel/security/lockdown)"; fi
}
write_value() {
  printf '%s\\n' "$2" | cat >"$1" || return
  # When CPUs come or a cpuset is cut out the kernel computes these anew from what it noted when its
  # scaling was last set (update_sysctl and sched_update_scaling, kernel/sched/fair.c of 6.12).
  case $1 in
    /sys/kernel/debug/sched/*_ns) t=\${1%/*}/tunable_scaling; [ ! -f "$t" ] || { s=$(cat "$t") && printf '%s\\n' "$s" | cat >"$t"; } ;;
  esac
}
write_file() {
  if [ "$2" = absent ]; then rm -f "$1"; return; fi
  f=$1
  if [ -e "$f" ] && [ -L "$f" ]; then f=$(readlink -f "$f"); fi
  set -f; set -- "$f" $2; set +f
  t=$(mktemp "$1.XXXXXX") || return
  printf %s "\${4-}" | base64 -d >"$t" && chown "$3" "$t" && chmod "$2" "$t" && take_place "$t" "$1" || { rm -f "$t"; return 1; }
}
write_service() {
  if [ "$2" = running ]; then a=start; else a=stop; fi
  if systemd; then systemctl "$a" -- "$1"; return; fi
  # A daemon of OpenRC's has this output as its own, and not every one closes it: a pipe would have no end.
  t=$(mktemp) || return
  rc-service "$1" "$a" </dev/null >"$t" 2>&1; c=$?
  cat "$t"; rm -f "$t"; return "$c"
}
write_session() {
  if [ "$2" = running ]; then a=start; else a=stop; fi
  as_user "\${1%%/*}" "$a" -- "\${1#*/}"
}
write_swap() { case $2 in off) swapoff "$1" ;; on) swapon "$1" ;; *) swapon -p "\${2#on }" "$1" ;; esac; }
write_slice() {
  if [ "$2" = present ]; then if systemd; then systemctl start "$1"; else mkdir -p "$G/$1"; fi
  elif systemd; then systemctl stop "$1" && systemctl revert "$1" && { rmdir /run/systemd/system.control 2>/dev/null; :; }; else rmdir "$G/$1"; fi
}
write_property() {
  if ! systemd || [ $# -lt 3 ]; then printf '%s\\n' "$2" | cat >"$G/$1"; return; fi
  systemctl set-property --runtime "\${1%%/*}" "$3" || return
  # systemd answers first and writes then. What the kernel rounds (memory) never reads as it was written.
  i=0
  while [ "$i" -lt 20 ] && [ "$(cat "$G/$1" 2>/dev/null)" != "$2" ]; do sleep 0.1 2>/dev/null || sleep 1; i=$((i + 1)); done
}
write_confined() {
  if [ "$2" != all ]; then
    systemctl set-property --runtime "$1" "AllowedCPUs=$2" || return
    i=0
    while [ "$i" -lt 20 ] && [ "$(cat "$G/$1/cpuset.cpus" 2>/dev/null)" != "$2" ]; do sleep 0.1 2>/dev/null || sleep 1; i=$((i + 1)); done
    return
  fi
  # revert would take drop-ins of the user's along.
  systemctl set-property --runtime "$1" AllowedCPUs= || return
  d=/run/systemd/system.control
  rm -f "$d/$1.d/50-AllowedCPUs.conf"; rmdir "$d/$1.d" "$d" 2>/dev/null
  systemctl daemon-reload || return
  # systemd leaves the file as it is where something else needs the controller.
  [ ! -f "$G/$1/cpuset.cpus" ] || [ -z "$(cat "$G/$1/cpuset.cpus")" ] || printf '\\n' | cat >"$G/$1/cpuset.cpus"
}
hold_latency='exec 3>"$1" && printf "0x%08x" "$2" >&3 || exit
set -f; set -- "$2" "$3" $(sed "s/.*) //" /proc/$$/stat)
echo "$$ \${22} $1" >"$2.new" && mv "$2.new" "$2" && exec sleep 2147483647'
write_boot() { echo "only a restart changes it" >&2; return 1; }
write_latency() {
  if holder; then kill "$p"; fi
  rm -f "$L"
  [ "$2" != released ] || return 0
  # systemd takes $ for a variable of its own, in whatever quotes.
  if systemd; then systemd-run --quiet --collect --unit=distrobench-latency sh -c "$(printf %s "$hold_latency" | sed 's/\\$/$$/g')" sh "$1" "$2" "$L" || return
  else setsid sh -c "$hold_latency" sh "$1" "$2" "$L" </dev/null >/dev/null 2>&1 & fi
  i=0
  while [ "$i" -lt 50 ] && [ ! -f "$L" ]; do sleep 0.1 2>/dev/null || sleep 1; i=$((i + 1)); done
  holder
}
write_controllers() {
  w=" $2 "
  for k in $(cat "$1"); do case $w in *" $k "*) ;; *) printf '%s\\n' "-$k" | cat >"$1" || return ;; esac; done
  for k in $2; do printf '%s\\n' "+$k" | cat >"$1" || return; done
}
step() {
  n=$1; k=$2; shift 2
  m=$("write_$k" "$@" 2>&1); c=$?
  set -f; squeeze $m; set +f
  o result "$n" "$c $r"
  [ "$c" = 0 ] || failed=1
}
same() { [ -f "$R" ] && [ "$(sha256sum <"$R")" = "$1  -" ]; }
taken() { rm -f "$1"; read_record; exit ${TAKEN}; }
save() {
  # Not for what follows: a service that is started again has its umask from here.
  (umask 077; mkdir -p "$D") && t=$(mktemp "$R.XXXXXX") || return
  printf %s "$1" | base64 -d >"$t" && durable "$t" || { rm -f "$t"; return 1; }
  if [ -z "$2" ]; then
    m=$(ln "$t" "$R" 2>&1) || { [ ! -e "$R" ] || taken "$t"; rm -f "$t"; echo "$m" >&2; return 1; }
    rm -f "$t"
  else
    same "$2" || taken "$t"
    mv -f "$t" "$R" || return
  fi
  durable "$D"
}
forget() { rm -f "$R" "$R".* "$D/tuning.readback"; rm -rf /run/distrobench.guard.tuning*; rmdir "$D" /var/lib/distrobench 2>/dev/null; :; }`;
