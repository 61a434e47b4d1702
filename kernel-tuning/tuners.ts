import { disturbers } from "../hosts/index.ts";
import type { WantedCell } from "./cells.ts";
import { serviceNames, shortServiceName } from "./service-name.ts";

const TUNERS: ReadonlySet<string> = new Set(disturbers.filter(({ kind }) => kind === "tuner").flatMap(serviceNames));

/** Whether writing it stops a service that sets the kernel's values itself, and may take its own back when it ends (TuneD does). */
export const stopsTuner = ({ kind, name, wanted }: WantedCell): boolean =>
  kind === "service" && wanted === "stopped" && TUNERS.has(shortServiceName(name));

/** Whether such a service may have given it the value that it has. */
export const mayBeTuners = ({ kind, mayBeManaged }: WantedCell): boolean => kind === "value" && mayBeManaged !== true;
