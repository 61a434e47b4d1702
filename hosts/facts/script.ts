import { joinSh, type Shell, sh } from "../sh.ts";

/** Facts that are the text of one file, by dotted name. */
const fileFacts = {
  "thp.enabled": "/sys/kernel/mm/transparent_hugepage/enabled",
  "thp.defrag": "/sys/kernel/mm/transparent_hugepage/defrag",
  "ksm.run": "/sys/kernel/mm/ksm/run",
  "vm.swappiness": "/proc/sys/vm/swappiness",
  "vm.overcommit_memory": "/proc/sys/vm/overcommit_memory",
  aslr: "/proc/sys/kernel/randomize_va_space",
  "kernel.numa_balancing": "/proc/sys/kernel/numa_balancing",
  "kernel.sched_autogroup_enabled": "/proc/sys/kernel/sched_autogroup_enabled",
  "kernel.sched_rt_runtime_us": "/proc/sys/kernel/sched_rt_runtime_us",
  "kernel.tainted": "/proc/sys/kernel/tainted",
  "kernel.build": "/proc/version",
  "clocksource.available": "/sys/devices/system/clocksource/clocksource0/available_clocksource",
  "cpu.online": "/sys/devices/system/cpu/online",
  "cpu.isolated": "/sys/devices/system/cpu/isolated",
  "cpu.nohzFull": "/sys/devices/system/cpu/nohz_full",
  "cpu.smt": "/sys/devices/system/cpu/smt/active",
  "cpu.governor": "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
  "cpu.frequencyDriver": "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver",
  "cpu.minimumFrequency": "/sys/devices/system/cpu/cpu0/cpufreq/scaling_min_freq",
  "cpu.maximumFrequency": "/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq",
  "cpu.noTurbo": "/sys/devices/system/cpu/intel_pstate/no_turbo",
  "cpu.boost": "/sys/devices/system/cpu/cpufreq/boost",
  "cpu.idleDriver": "/sys/devices/system/cpu/cpuidle/current_driver",
  "cpu.idleGovernor": "/sys/devices/system/cpu/cpuidle/current_governor",
  "numa.nodes": "/sys/devices/system/node/online",
  "board.vendor": "/sys/class/dmi/id/sys_vendor",
  "board.product": "/sys/class/dmi/id/product_name",
  "board.bios": "/sys/class/dmi/id/bios_version",
  "board.model": "/proc/device-tree/model",
  // Of a Raspberry Pi's EEPROM: the firmware puts it there (Raspberry Pi documentation, "Device trees, /chosen").
  "board.eeprom": "/proc/device-tree/chosen/bootloader/version",
  "irq.defaultAffinity": "/proc/irq/default_smp_affinity",
} as const satisfies Readonly<Record<string, string>>;

/** Files that the parser takes apart, by section. */
const sources = {
  "@os-release": "/etc/os-release",
  "@rpi-issue": "/etc/rpi-issue",
  "@lsb-release": "/etc/lsb-release",
  "@cmdline": "/proc/cmdline",
  "@cpuinfo": "/proc/cpuinfo",
  "@meminfo": "/proc/meminfo",
  "@swaps": "/proc/swaps",
  "@mounts": "/proc/self/mounts",
  "@controllers": "/sys/fs/cgroup/cgroup.controllers",
  "@clocksource": "/sys/devices/system/clocksource/clocksource0/current_clocksource",
  "@boot-id": "/proc/sys/kernel/random/boot_id",
  "@machine-id": "/etc/machine-id",
  "@init": "/proc/1/comm",
  "@docker-daemon": "/etc/docker/daemon.json",
} as const;

/** Folders whose files are facts each: prefix, glob. */
const folders = [
  ["mitigations", "/sys/devices/system/cpu/vulnerabilities/*"],
  ["sched", "/sys/kernel/debug/sched/*"],
] as const;

/**
 * One round trip, read-only, any POSIX shell. Sections start with a line `@@@ name`. A fact that a host does not have is absent.
 * Engines' versions come from the package list and Docker's socket: each of their clients takes seconds to start on a slow machine.
 */
export function factsScript(): Shell {
  return joinSh([preamble, ...fileSections(), ...folderSections(), devices, commands, engines]);
}

const preamble = sh`exec 2>/dev/null
s() { printf '\\n@@@ %s\\n' "$1"; }
f() { [ -f "$2" ] && [ -r "$2" ] && s "$1" && cat "$2"; }
has() { command -v "$1" >/dev/null; }`;

function fileSections(): Shell[] {
  return [...Object.entries(sources), ...Object.entries(fileFacts)].map(([name, path]) => sh`f ${name} ${path}`);
}

function folderSections(): Shell[] {
  return folders.map(([prefix, glob]) => {
    const [before = "", after = ""] = glob.split("*");
    const tail = after === "" ? sh`` : sh`${after}`;
    return sh`for p in ${before}*${tail}; do k=\${p#${before}}; [ "$k" = debug ] || f "${prefix}.\${k%${tail}}" "$p"; done`;
  });
}

/**
 * Disks with a device behind them, not loops, mappings and removable media, which come and go; `model` is SCSI's and NVMe's name for it, `name` that of SD cards.
 * Speed and width of the PCIe link for storage and accelerators (PCI classes 0108 and 12) only: others save power by slowing theirs down.
 * Interrupts by the name of what asked for them (Documentation/core-api/irq/irq-affinity.rst), read without starting a process for each.
 */
const devices = sh`for b in /sys/block/*; do
  n=\${b##*/}
  [ -e "$b/device" ] || continue
  v=; read -r v <"$b/removable"
  [ "$v" = 0 ] || continue
  f "scheduler.disk.$n" "$b/queue/scheduler"
  f "disk.model.$n" "$b/device/model"; f "disk.model.$n" "$b/device/name"
done
for d in /sys/bus/pci/devices/*; do
  read -r c <"$d/class" && case $c in 0x0108*|0x12*)
    read -r v <"$d/current_link_speed" && read -r w <"$d/current_link_width" && s "pcie.\${d##*/}" && echo "$v x$w" ;;
  esac
done
s irq.affinity
for d in /proc/irq/[0-9]*; do
  for a in "$d"/*/; do [ -d "$a" ] && a=\${a%/} && read -r v <"$d/smp_affinity_list" && printf '%s=%s ' "\${a##*/}" "$v"; done
done; echo`;

const commands = sh`s @uname; uname -srvm
s @uid; id -u
s @time; date +%s
s @df; df -Pk / /var
s @steal; head -n 1 /proc/stat
s @virt; if has systemd-detect-virt; then systemd-detect-virt --vm; systemd-detect-virt --container; fi
s @libc; if has getconf && getconf GNU_LIBC_VERSION; then :; else ldd --version 2>&1 | head -n 2; fi
s @init-version; if has systemctl; then systemctl --version | head -n 1; elif has openrc; then openrc --version; fi
[ -d /run/openrc ] && s @openrc && echo yes
c=/boot/config-$(uname -r)
if [ -r "$c" ]; then r="cat $c"; elif [ -r /proc/config.gz ]; then r="zcat /proc/config.gz"; else r=; fi
if [ -n "$r" ]; then
  s kernel.configDigest; $r | sha256sum | cut -d' ' -f1
  s @config; $r | grep -E '^CONFIG_(HZ|PREEMPT|PREEMPT_[A-Z_]*|NO_HZ[A-Z_]*|CGROUP[A-Z_]*|SCHED_[A-Z_]*|CPUSETS)='
fi
s @packages
if has dpkg-query; then dpkg-query -W -f='\${Package} \${Version}\\n'; elif has pacman; then pacman -Q; elif has apk; then apk info -v | sed 's/-\\([^-]*-r[0-9]*\\)$/ \\1/'; fi
s irqbalance; if pidof irqbalance >/dev/null; then echo running; else echo absent; fi`;

const engines = sh`has node && { s node.version; node --version; }
if [ -S /run/docker.sock ] && pidof dockerd >/dev/null; then
  s @docker
  if has curl; then curl -sS --max-time 20 --unix-socket /run/docker.sock http://docker/info; else timeout 30 docker info --format '{{json .}}'; fi
  s @docker-network
  if has curl; then curl -sS --max-time 20 --unix-socket /run/docker.sock http://docker/networks/bridge; else timeout 30 docker network inspect bridge --format '{{json .}}'; fi
  s @docker-words; tr '\\0' '\\n' <"/proc/$(pidof -s dockerd)/cmdline"
fi
[ -r /etc/containers/storage.conf ] && { s podman.storageDriver; sed -n 's/^ *driver *= *//p' /etc/containers/storage.conf; }
f podman.networkBackend /var/lib/containers/storage/defaultNetworkBackend
:`;
