import type { Distribution } from "../distribution.ts";
import { joinSh, type Shell, sh } from "../sh.ts";
import { disturbers } from "./background.ts";

/** What a preflight asks beyond the facts; one round trip, read-only. Sections start with a line `@@@ name`. */
export function examinationScript({ packages, services, commandLine }: Distribution): Shell {
  const units = disturbers.flatMap(({ unit }) => unit ?? []);
  const openrc = disturbers.flatMap((disturber) => disturber.openrc ?? []);
  const processes = disturbers.flatMap(({ process }) => process ?? []);
  return joinSh([
    sh`exec 2>/dev/null; export LC_ALL=C
s() { printf '\\n@@@ %s\\n' "$1"; }
has() { command -v "$1" >/dev/null; }`,
    sh`s held; ${packages.listHeld}`,
    sh`s command-line-files; for f in ${commandLine.map(({ path }) => path)}; do [ -e "$f" ] && echo "$f"; done`,
    services.kind === "systemd"
      ? // One call for all: it prints a line for each, in order, and takes as long as for one.
        sh`s background; set -- ${units}; systemctl is-active "$@" | while read -r state; do [ "$state" = active ] && echo "$1"; shift; done`
      : sh`s background; { ${services.states(openrc)}; } | sed -n 's/ active$//p'`,
    sh`for p in ${processes}; do pidof "$p" >/dev/null && echo "$p"; done`,
    time,
    throttling,
    drivers,
    sh`:`,
  ]);
}

const time = sh`s ntp; has timedatectl && timedatectl show -p NTPSynchronized --value
s adjtimex; has adjtimex && adjtimex | grep status
s time-daemon; for p in chronyd ntpd openntpd systemd-timesyncd; do pidof "$p" >/dev/null && echo "$p"; done`;

const throttling = sh`s throttled; has vcgencmd && vcgencmd get_throttled
s throttle-counts; cat /sys/devices/system/cpu/cpu*/thermal_throttle/core_throttle_count
s temperatures; cat /sys/class/thermal/thermal_zone*/temp`;

/**
 * Display controllers (PCI class 03), co-processors (0b40), processing accelerators (12), and everything of Hailo's (vendor 1e60);
 * graphics that is not on PCI by its DRM node; a Raspberry Pi's HAT by the device tree. A missing field is `-`.
 */
const drivers = sh`f() { if [ -r "$1" ]; then tr -d '\\0' <"$1" | tr ' \\n' '__' | sed 's/_*$//'; else printf -; fi; }
l() { if [ -e "$1" ]; then basename "$(readlink -f "$1")"; else printf -; fi; }
nodes() { for n in "$1"/drm/* "$1"/accel/* "$1"/hailo_chardev/* "$1"/misc/*; do [ -e "$n/uevent" ] && sed -n 's#^DEVNAME=#/dev/#p' "$n/uevent"; done | tr '\\n' ',' | sed 's/,$//;s/^$/-/'; }
s pci
for d in /sys/bus/pci/devices/*; do
  c=$(f "$d/class"); v=$(f "$d/vendor")
  case "$c$v" in 0x03*|0x0b40*|0x12*|*0x1e60) ;; *) continue;; esac
  n=$(nodes "$d"); m=$(ls "$d/msi_irqs" | tr '\\n' ',' | sed 's/,$//')
  echo "\${d##*/} $c $v $(f "$d/device") $(l "$d/driver") $(l "$d/driver/module") $(f "$d/irq") \${m:--} \${n:--}"
done
s drm
for d in /sys/class/drm/card[0-9]; do
  case "$(readlink -f "$d/device")" in */pci*|"") continue;; esac
  n=$(nodes "$(readlink -f "$d/device")"); echo "$(l "$d/device") $(l "$d/device/driver") $(l "$d/device/driver/module") \${n:--}"
done
s hat; for k in vendor product product_id product_ver; do [ -e /proc/device-tree/hat/$k ] && echo "$k $(f /proc/device-tree/hat/$k)"; done
s modules
for m in $(for d in /sys/bus/pci/devices/* /sys/class/drm/card[0-9]/device; do
  c=$(f "$d/class"); v=$(f "$d/vendor")
  case "$c$v" in 0x03*|0x0b40*|0x12*|*0x1e60|--) l "$d/driver/module"; echo;; esac
done | sort -u | grep -v '^-*$') ; do
  w=$(modinfo -F firmware "$m" | wc -l); p=$(modinfo -F filename "$m")
  echo "$m $(f "/sys/module/$m/version") $(f "/sys/module/$m/srcversion") \${p:--} $w"
done
s firmware; dmesg | grep -i firmware | grep -iE 'hailo|amdgpu|i915|xe |nvidia|nouveau|intel_vpu|amdxdna|v3d|vc4' | tail -n 20
s interrupts; cat /proc/interrupts
s loose-nodes; ls -d /dev/hailo[0-9]* /dev/h1x-[0-9]* /dev/nvidia[0-9]* /dev/kfd /dev/accel/*`;
