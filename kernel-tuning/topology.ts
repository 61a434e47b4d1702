import { UserError } from "../hosts/index.ts";
import { parseCpuList } from "./cpu-list.ts";
import type { TuningInputs } from "./schema.ts";
import type { HostView } from "./view.ts";

/**
 * CPUs of a list in which words may stand: `all`; `housekeeping`, the first core with all its threads; `serving`, all others;
 * `accelerator-irq`, one CPU of the last core: the interrupts of an accelerator stay near what serves and away from what disturbs.
 * On a host with one core all mean all. Throws `UserError` on a list without an online CPU.
 */
export function resolveCpus(text: string, view: Pick<HostView, "online" | "siblings">, named: TuningInputs["cpus"]): number[] {
  const word = named?.[text as keyof NonNullable<TuningInputs["cpus"]>] ?? text;
  const words = wordsOf(view);
  const cpus = words[word] ?? parseCpuList(word);
  const online = cpus?.filter((cpu) => view.online.includes(cpu)) ?? [];
  if (online.length > 0) return online;
  throw new UserError(`${JSON.stringify(text)} names no CPU of this host, which has ${view.online.join(",")}`, {
    remedy: "write a list such as 0,2-3, or one of the words all, serving, housekeeping, accelerator-irq",
  });
}

/** Cores with at least one CPU online, whatever their threads. */
export function coresOf({ online, siblings }: Pick<HostView, "online" | "siblings">): number {
  return new Set(online.map((cpu) => Math.min(...(siblings.get(cpu) ?? [cpu])))).size;
}

function wordsOf({ online, siblings }: Pick<HostView, "online" | "siblings">): Readonly<Record<string, readonly number[]>> {
  const first = online[0] ?? 0;
  const core = siblings.get(first) ?? [first];
  const others = online.filter((cpu) => !core.includes(cpu));
  const alone = others.length === 0;
  const last = online.at(-1) ?? first;
  return {
    "accelerator-irq": [Math.min(...(siblings.get(last) ?? [last]))],
    all: online,
    housekeeping: alone ? online : core,
    serving: alone ? online : others,
  };
}
