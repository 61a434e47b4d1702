import { sh, type Transport } from "../../hosts/index.ts";

/** What the guest's own clocks say: secondary, because they start with its kernel and leave firmware and loader out. Seconds. */
export interface GuestTimes {
  /** The kernel's hand-over to the first program, of an initramfs where there is one. */
  readonly guestInit?: number;
  /** systemd's own: start of user space, and end of its start jobs, since the kernel's start. */
  readonly guestUserspace?: number;
  readonly guestFinish?: number;
}

const SETTLE_SECONDS = 120;

/**
 * Waits until the host's start jobs are done, two minutes at most, and asks for its own times. A host without systemd has fewer. OpenRC has a
 * folder `rc.starting` while it starts a runlevel (its rc-misc.h).
 */
export async function guestTimes(transport: Transport): Promise<GuestTimes> {
  const script = sh`dmesg 2>/dev/null | grep -m 1 'as init process'
if [ -d /run/systemd/system ]; then
  timeout ${SETTLE_SECONDS} systemctl is-system-running --wait >/dev/null 2>&1
  systemctl show --property=UserspaceTimestampMonotonic --property=FinishTimestampMonotonic
fi
n=0; while [ -e /run/openrc/rc.starting ] && [ $n -lt ${SETTLE_SECONDS} ]; do sleep 1; n=$((n+1)); done
true`;
  const { stdout } = await transport.run(script, { timeoutSeconds: SETTLE_SECONDS * 2, accept: "any" });
  return parseGuestTimes(stdout);
}

/** Reads the output of `dmesg` and `systemctl show`; a stamp of 0 has not been reached. */
export function parseGuestTimes(text: string): GuestTimes {
  const init = Number(/^\[\s*(\d+\.\d+)\].*Run \/\S*init as init process/m.exec(text)?.[1] ?? 0);
  const microseconds = (name: string): number =>
    Number(new RegExp(`^${name}TimestampMonotonic=(\\d+)$`, "m").exec(text)?.[1] ?? 0) / 1e6;
  const found = { guestInit: init, guestUserspace: microseconds("Userspace"), guestFinish: microseconds("Finish") };
  return Object.fromEntries(Object.entries(found).filter(([, seconds]) => seconds > 0));
}
