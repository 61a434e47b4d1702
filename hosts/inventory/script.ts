import { joinSh, type Shell, sh } from "../sh.ts";
import { CGROUP_SETTINGS, GRUB_ENVIRONMENT, KNOBS, LATENCIES, PODMAN_VOLUMES, SETTINGS, WATCHED } from "./watched.ts";

/**
 * The state of a host that a run could leave changed, in one round trip, read-only, any POSIX shell. Sections start with `@@@ name`;
 * one line is one entry. Nothing is started to be asked: a Docker that does not run has no section, and Podman's store is read as files.
 * While irqbalance runs, where interrupts go is its doing and not told. `configurations`: what dpkg keeps of packages that were removed.
 */
export function inventoryScript(): Shell {
  return sh`exec 2>/dev/null
s() { printf '\\n@@@ %s\\n' "$1"; }
has() { command -v "$1" >/dev/null; }
s packages
if has dpkg-query; then dpkg-query -W -f='\${Package}:\${Architecture} \${Version}\\n'; elif has pacman; then pacman -Q; elif has apk; then apk info -v | sed 's/-\\([^-]*-r[0-9]*\\)$/ \\1/'; fi
s holds
if has dpkg-query; then dpkg-query -W -f='\${db:Status-Want} \${Package}:\${Architecture}\\n' | sed -n 's/^hold //p'; elif has pacman; then pacman-conf IgnorePkg; elif has apk; then grep '[^<>~]=' /etc/apk/world; fi
if has dpkg-query; then s configurations; dpkg-query -W -f='\${db:Status-Abbrev} \${Package}:\${Architecture}\\n' | sed -n 's/^.c[^ ]* *//p'; fi
if has systemctl; then
  s units; systemctl list-unit-files --no-legend --no-pager --plain | awk '{print $1, $2}'
  s services; systemctl list-units --no-legend --no-pager --plain --type=service,socket,timer --state=running,listening,waiting | awk '{print $1, $4}'
elif has rc-status; then
  s units; rc-update show | sed 's/ *| */ /'
  s services; rc-status -a -f ini
fi
s sysctls; cd /proc/sys && find . -type f -perm -400 -exec grep -sH '' {} + ; cd /
s knobs; grep -sH '' ${joinSh(KNOBS, " ")}
s latencies; grep -sH '' ${LATENCIES}
s irqs; { pidof irqbalance >/dev/null || grep -sH '' /proc/irq/*/smp_affinity_list; grep -sH '' /proc/irq/default_smp_affinity; } | sed 's/:/ /'
s cgroups; [ -d /sys/fs/cgroup ] && find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d
s cgroupsettings; cd /sys/fs/cgroup && for f in ${CGROUP_SETTINGS}; do grep -sH '' ./*/"$f"; done; cd /
modes() { find "$@" -type f -exec stat -c '%n %a %U:%G' {} +; }
digests() { find "$@" -type f -exec sha256sum {} + ; find "$@" -type l -exec ls -ld {} + | sed 's/.* \\(\\/.* -> .*\\)$/\\1/'; }
s modes; modes ${WATCHED}
s files; digests ${WATCHED}
s settings.modes; modes ${SETTINGS}
s settings; digests ${SETTINGS}
s grubenv; grep -v '^##' ${GRUB_ENVIRONMENT}
if [ -S /run/docker.sock ] && pidof dockerd >/dev/null; then
  if has curl; then
    s docker.images; curl -sS --max-time 30 --unix-socket /run/docker.sock http://docker/images/json
    s docker.containers; curl -sS --max-time 30 --unix-socket /run/docker.sock 'http://docker/containers/json?all=1'
    s docker.volumes; curl -sS --max-time 30 --unix-socket /run/docker.sock http://docker/volumes
  else
    s docker.images; docker images -a --no-trunc --format '{{json .}}'
    s docker.containers; docker ps -a --no-trunc --format '{{json .}}'
    s docker.volumes; docker volume ls --format '{{json .}}'
  fi
fi
s podman.images; cat /var/lib/containers/storage/*-images/images.json
s podman.containers; cat /var/lib/containers/storage/*-containers/containers.json
s podman.volumes; ls ${PODMAN_VOLUMES}
s users; cut -d: -f1,3,4,6,7 /etc/passwd
s groups; cut -d: -f1,3,4 /etc/group
s mounts; cut -d' ' -f2,3 /proc/self/mounts
s swaps; sed 1d /proc/swaps | awk '{print $1, $2, $5}'
s cmdline; cat /proc/cmdline
s listening; cat /proc/net/tcp /proc/net/tcp6
s udp; cat /proc/net/udp /proc/net/udp6
s daemons; cat /proc/[0-9]*/stat | sed -n 's/^[0-9]* (\\(.*\\)) [A-Z] 1 .*/\\1/p'
s firewall; for t in iptables ip6tables; do "$t-save" | sed -n "s|^[*]|$t/|; /^$t/h; /^[:-]/ { G; s/ \\[[0-9:]*\\]//; s/^\\(.*\\)\\n\\(.*\\)/\\2 \\1/p; }"; done
s interfaces; ls /sys/class/net
s processes; grep -sl distrobench /proc/[0-9]*/cmdline | while read -r p; do tr '\\0\\n' '  ' <"$p" | cut -c1-600; done
s ours; ls -d /run/distrobench* /tmp/distrobench* /var/tmp/distrobench*
:`;
}
