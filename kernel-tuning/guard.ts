import { CONFIRM_SECONDS, CommandError, ConnectionError, UserError, type Verdict } from "../hosts/index.ts";
import type { Cell, WantedCell } from "./cells.ts";
import { dividesCpus, isComputedAnew } from "./computed-anew.ts";
import type { Guard, TuningHost, WriteAnswer, WriteOrder, WriteStep } from "./host/port.ts";
import { socketsFirst } from "./sockets.ts";
import { type HostView, valueIn } from "./view.ts";

const NETWORK = /^\/proc\/sys\/net\//;
/** Settings of network traffic with which any value leaves a host reachable for a new login. */
const INDIFFERENT =
  /\/(busy_poll|busy_read|tcp_(fin_timeout|keepalive_\w+|slow_start_after_idle|notsent_lowat|no_metrics_save)|ip_local_port_range)$/;
/** Limits that cut off nobody when they are raised. */
const LIMIT = /\/(somaxconn|netdev_max_backlog|netdev_budget(_usecs)?|dev_weight|[rw]mem_max|tcp_max_syn_backlog)$/;

/** Services that a login may come through. */
const LINK_SERVICE =
  /^(sshd?|dropbear|networking|network|NetworkManager|systemd-(networkd|resolved|logind)|dhcpcd|connman|iwd|wpa_supplicant|ifupdown|nftables|iptables|firewalld|ufw|tailscaled|(wg-quick|openvpn)\b.*)(@.*)?(\.service|\.socket)?$/;

/** Files of a slice that take CPUs or memory away from everything outside of it, sshd included, with what undoes that. */
const TAKES: Readonly<Record<string, string>> = { "cpuset.cpus.partition": "member", "memory.min": "0" };

/** Whether writing what is wanted may keep everybody from logging in anew. */
function mayCutLink({ kind, name, wanted }: WantedCell, found: string | undefined): boolean {
  if (kind === "service") return wanted === "stopped" && LINK_SERVICE.test(name);
  if (kind === "property") return TAKES[fileOf(name)] !== undefined;
  if (kind !== "value" || !NETWORK.test(name) || INDIFFERENT.test(name)) return false;
  return !(LIMIT.test(name) && Number(wanted) >= Number(found));
}

/**
 * Puts what may cut the link last, and after it only what it has the kernel compute anew, with how the host undoes that by itself when it
 * waited for a new connection in vain; without a guard where nothing may, or where there is no link. Pure.
 */
export function guarded(
  cells: readonly WantedCell[],
  view: HostView,
  {
    hasLink,
    confirmSeconds: seconds = CONFIRM_SECONDS,
  }: { readonly hasLink: boolean; readonly confirmSeconds?: number | undefined },
): { readonly cells: readonly WantedCell[]; readonly guard?: Guard } {
  const cuts = (cell: WantedCell) => mayCutLink(cell, valueIn(view.values, cell));
  // A service is stopped with what needs it.
  const takesAlong = ({ kind, name }: WantedCell) =>
    kind === "service" && cells.some((cell) => cell.goesWith?.includes(name) === true && cuts(cell));
  const risky = cells.filter((cell) => cuts(cell) || takesAlong(cell));
  if (risky.length === 0 || !hasLink) return { cells };
  const after = risky.some(dividesCpus) ? cells.filter(isComputedAnew) : [];
  const undone = [...socketsFirst([...risky].reverse()), ...after];
  const undo = undone.map(({ kind, name }) => ({ kind, name, value: earlier({ kind, name }, view) }));
  return { cells: [...cells.filter((cell) => !undone.includes(cell)), ...risky, ...after], guard: { undo, seconds } };
}

/** A slice that is not made yet has the kernel's own values. */
function earlier(cell: Cell, { values }: HostView): string {
  const found = valueIn(values, cell);
  if (found !== undefined && found !== "absent") return found;
  return TAKES[fileOf(cell.name)] ?? "";
}

const fileOf = (property: string): string => property.slice(property.indexOf("/") + 1);

/** Writes an order; what it guards stays only when a new connection confirms it. Rejects with `UserError` when the host took it back. */
export async function writeGuarded(host: TuningHost, order: WriteOrder, name: string): Promise<WriteAnswer> {
  const { guard } = order;
  if (guard === undefined || host.link === undefined) return await host.write(order);
  const written = await host.write(order).then(
    (answer) => ({ answer }),
    (error: unknown) => {
      // With the link the answer may be lost, and what was to be done is done.
      if (error instanceof ConnectionError || (error instanceof CommandError && error.failure !== "exit")) return { error };
      throw error;
    },
  );
  const verdict = await host.link.confirm(guard);
  if (verdict !== "confirmed") throw takenBack(name, order.steps.slice(-guard.undo.length), guard, verdict);
  if ("error" in written) throw written.error;
  return written.answer;
}

function takenBack(
  name: string,
  steps: readonly WriteStep[],
  { seconds }: Guard,
  verdict: Exclude<Verdict, "confirmed">,
): UserError {
  const what = steps.map((step) => `${step.name} = ${step.value}`).join(", ");
  if (verdict === "lost")
    return new UserError(`${name}: was started again while ${what} waited for a new connection`, {
      remedy: "run the same command again",
    });
  return new UserError(
    `${name}: nobody could log in anew within ${seconds} s with ${what}, so the host put back what was there at ${verdict.firedAt}`,
    { remedy: "take those values out of the profile; where the host is only slow, raise tuning.confirmSeconds" },
  );
}
