import { armDeadMan, joinSh, type Shell, sh } from "../../hosts/index.ts";
import { digestOf, recordText } from "../record.ts";
import { readHolds, writeHold } from "./holds.ts";
import { library } from "./library.ts";
import type { Guard, Keeping, ReadRequest, WriteOrder, WriteStep } from "./port.ts";

/** Everything a profile needs to know of a host, in one round trip; read-only. */
export function readScript(requests: readonly ReadRequest[]): Shell {
  return joinSh([library, sh`read_facts\nread_record`, ...readCalls(requests), sh`:`]);
}

export const GUARD_NAME = "tuning";

/**
 * Saves the baseline, writes, reads back, in one round trip. Nothing is written when the baseline can't be saved (exit code 70) or the host
 * has another record than it should (`TAKEN`), and nothing that is guarded when the guard can't be set up (`NOT_ARMED`).
 */
export function writeScript(order: WriteOrder): Shell {
  const calls = order.steps.map(({ kind, name, value, assignment }, index) => {
    const words = assignment === undefined ? [name, value] : [name, value, assignment];
    return joinSh([...(kind === "hold" ? [writeHold(name)] : []), sh`step ${index} ${kind} ${words}`]);
  });
  const first = calls.length - (order.guard?.undo.length ?? 0);
  const steps = [...calls.slice(0, first), ...(order.guard === undefined ? [] : [arm(order.guard)]), ...calls.slice(first)];
  return joinSh([
    library,
    sh`failed=`,
    saveFirst(order),
    ...steps,
    sh`all() {`,
    ...readCalls(order.readBack),
    sh`:`,
    sh`}`,
    sh`all >"$D/tuning.readback"\ncat "$D/tuning.readback"`,
    finish(order),
    sh`:`,
  ]);
}

/** Comes before anything else that changes a host. What was read back under the record before is in this one. */
export function saveFirst({ baseline, over }: Keeping): Shell {
  return sh`save ${base64(recordText(baseline))} ${over ?? ""} && rm -f "$D/tuning.readback" || exit 70`;
}

/** What was begun under a record ends under it: one that somebody else has forced upon the host meanwhile stays. */
function finish({ baseline, afterwards }: WriteOrder): Shell {
  if (afterwards === undefined) return sh``;
  const mine = digestOf(recordText(baseline));
  const change = afterwards === "forget" ? sh`forget` : sh`save ${base64(recordText(afterwards))} ${mine}`;
  return sh`if [ -z "$failed" ] && same ${mine}; then ${change}; fi`;
}

function arm({ undo, seconds }: Guard): Shell {
  const back = ({ kind, name, value }: WriteStep) => sh`write_${kind} ${name} ${value}`;
  return armDeadMan({ name: GUARD_NAME, seconds, undo: joinSh([library, ...undo.map(back)]) });
}

function readCalls(requests: readonly ReadRequest[]): Shell[] {
  const named = (kind: ReadRequest["kind"]) => [...new Set(requests.filter((one) => one.kind === kind).map(({ name }) => name))];
  const services = named("service");
  const sessions = named("session");
  return [
    ...(named("value").length === 0 ? [] : [sh`read_value ${joinSh(named("value").map(pattern), " ")}`]),
    ...(["file", "slice", "property", "controllers", "confined", "latency"] as const).flatMap((kind) =>
      named(kind).map((name) => sh`read_${kind} ${name}`),
    ),
    ...(services.length === 0 ? [] : [sh`read_service ${services}`]),
    ...(sessions.length === 0 ? [] : [sh`read_session ${sessions}`]),
    ...(named("swap").length === 0 ? [] : [sh`read_swap`]),
    ...(named("boot").length === 0 ? [] : [sh`read_command_line`]),
    ...(named("hold").length === 0 ? [] : readHolds()),
  ];
}

/** A path in which `*` stands for anything; all else is quoted. */
function pattern(path: string): Shell {
  const [first = "", ...rest] = path.split("*");
  return rest.reduce((before, part) => (part === "" ? sh`${before}*` : sh`${before}*${part}`), sh`${first}`);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
