import { cpuMask } from "../cpu-list.ts";
import { type Knob, wantEach } from "./knob.ts";

/** In the place of an interface: all that are devices, whatever they are called here (eth0, enp1s0, end0). */
export const NETWORK = "network";

const pathOf = (device: string, kind: "rps" | "xps") =>
  `/sys/class/net/${device === NETWORK ? "*" : device}/queues/${kind === "rps" ? "rx" : "tx"}-*/${kind}_cpus`;

function queues(kind: "rps" | "xps", missing: string): Knob {
  return {
    prefix: kind,
    argument: /^[A-Za-z0-9_@:.-]+$/,
    reads: (device) => [{ kind: "value", name: pathOf(device, kind) }],
    plan: (device, list, around) => {
      const mask = cpuMask(around.cpus(list));
      const all = device === NETWORK;
      const absence = `${all ? "a network interface that is a device" : device} ${missing}`;
      const plan = wantEach(pathOf(device, kind), () => mask, around, absence);
      if (!all || !("cells" in plan)) return plan;
      const cells = plan.cells.filter(({ name }) => around.view.interfaces.includes(interfaceOf(name)));
      return cells.length === 0 ? { notApplicable: absence } : { ...plan, cells };
    },
  };
}

const interfaceOf = (path: string): string => path.split("/")[4] ?? "";

/** CPUs that handle what a network interface receives (`rps.network`, `rps.eth0`). */
export const receiveQueues: Knob = queues("rps", "is not there, or has no receive queue that can be steered");

/** CPUs that send through each queue of a network interface (`xps.network`, `xps.eth0`); an interface with one queue has no choice. */
export const transmitQueues: Knob = queues("xps", "is not there, or has a single transmit queue");
