import { UserError } from "../../hosts/index.ts";
import { normalise, type WantedCell } from "../cells.ts";
import { formatCpuList } from "../cpu-list.ts";
import type { ReadRequest } from "../host/port.ts";
import type { Knob, KnobPlan, Surroundings } from "./knob.ts";

const CONTROLLERS = { kind: "controllers", name: "/sys/fs/cgroup/cgroup.subtree_control" } as const;

/** Files of a control group, with what `systemctl set-property` calls them. */
const properties: Readonly<Record<string, (value: string) => string>> = {
  "cpu.weight": (value) => `CPUWeight=${value}`,
  "cpuset.cpus": (value) => `AllowedCPUs=${value}`,
  "memory.max": (value) => `MemoryMax=${infinity(value)}`,
  "memory.high": (value) => `MemoryHigh=${infinity(value)}`,
  "memory.low": (value) => `MemoryLow=${infinity(value)}`,
  "memory.min": (value) => `MemoryMin=${infinity(value)}`,
  "memory.swap.max": (value) => `MemorySwapMax=${infinity(value)}`,
  "pids.max": (value) => `TasksMax=${infinity(value)}`,
};
const infinity = (value: string) => (value === "max" ? "infinity" : value);

/**
 * `slice.model.cpu.weight`: a control group (version 2) for what is served, `model.slice`. With systemd it is a slice unit whose
 * properties last until the next boot, elsewhere a folder of cgroupfs. Only slices that were not there before are made.
 */
export const slice: Knob = {
  prefix: "slice",
  argument: new RegExp(`^[a-z]+\\.(${Object.keys(properties).join("|").replaceAll(".", "\\.")})$`),
  reads: (argument) => makeSlice(argument).reads,
  plan: (argument, value, around) => {
    const { file, property, plan } = makeSlice(argument);
    const wanted = normalise(property, file === "cpuset.cpus" ? formatCpuList(around.cpus(value)) : value);
    const assignment = properties[file]?.(wanted);
    if (assignment === undefined) throw new UserError(`slice.${argument}: there is no property ${file}`);
    return plan(around, { wanted, assignment });
  },
};

interface SlicePart {
  readonly file: string;
  readonly property: { readonly kind: "property"; readonly name: string };
  readonly reads: readonly ReadRequest[];
  /** The slice, made where it is missing, with this file of it. */
  plan(around: Surroundings, value: Pick<WantedCell, "wanted" | "assignment">): KnobPlan;
}

/** What `model.cpu.weight` means: a file of `model.slice`. */
export function makeSlice(argument: string): SlicePart {
  const [name = "", ...words] = argument.split(".");
  const file = words.join(".");
  const whole = { kind: "slice", name: `${name}.slice` } as const;
  const property = { kind: "property", name: `${whole.name}/${file}` } as const;
  return {
    file,
    property,
    reads: [whole, property, CONTROLLERS],
    plan: (around, value) => {
      const controllers = around.earlier(CONTROLLERS);
      if (controllers === undefined) return { notApplicable: "the host does not use cgroup version 2" };
      if (around.earlier(whole) === "present") return { notApplicable: `${whole.name} was there before and is left alone` };
      const cells: WantedCell[] = [
        { ...whole, wanted: "present" },
        { ...property, ...value },
      ];
      return { cells: [...handOn(controllers, around), ...cells] };
    },
  };
}

/** systemd hands controllers on by itself. Elsewhere all of the profile stand in one file. */
function handOn(controllers: string, { view, wishes }: Surroundings): WantedCell[] {
  if (view.init === "systemd") return [];
  const now = view.values.get(`controllers ${CONTROLLERS.name}`) ?? "";
  const needed = [...wishes.keys()].flatMap((knob) => /^slice\.(?!system\.|user\.)[a-z]+\.([a-z]+)\./.exec(knob)?.[1] ?? []);
  const wanted = [...new Set([...controllers.split(" "), ...now.split(" "), ...needed])]
    .filter((one) => one !== "")
    .sort()
    .join(" ");
  return [{ ...CONTROLLERS, wanted }];
}
