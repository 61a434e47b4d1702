import { cpuMask } from "../cpu-list.ts";
import { type Knob, wantEach } from "./knob.ts";

const pathOf = (device: string, kind: "rps" | "xps") =>
  `/sys/class/net/${device}/queues/${kind === "rps" ? "rx" : "tx"}-*/${kind}_cpus`;

function queues(kind: "rps" | "xps", missing: string): Knob {
  return {
    prefix: kind,
    argument: /^[A-Za-z0-9_@:.-]+$/,
    reads: (device) => [{ kind: "value", name: pathOf(device, kind) }],
    plan: (device, list, around) => {
      const mask = cpuMask(around.cpus(list));
      return wantEach(pathOf(device, kind), () => mask, around, `${device} ${missing}`);
    },
  };
}

/** CPUs that handle what a network interface receives (`rps.eth0`). */
export const receiveQueues: Knob = queues("rps", "is not there, or has no receive queue that can be steered");

/** CPUs that send through each queue of a network interface (`xps.eth0`); an interface with one queue has no choice. */
export const transmitQueues: Knob = queues("xps", "is not there, or has a single transmit queue");
