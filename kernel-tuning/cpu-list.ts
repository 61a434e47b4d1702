/** CPUs of a list such as `0,2-3`, in order; `undefined` when it is none. An empty text is the empty list. */
export function parseCpuList(text: string): number[] | undefined {
  if (text.trim() === "") return [];
  const cpus = new Set<number>();
  for (const part of text.trim().split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (match === null) return undefined;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (last < first || last > 65_535) return undefined;
    for (let cpu = first; cpu <= last; cpu += 1) cpus.add(cpu);
  }
  return [...cpus].sort((a, b) => a - b);
}

/** As the kernel writes it: `0,2-3`. */
export function formatCpuList(cpus: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const cpu of [...cpus].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && cpu <= last[1] + 1) last[1] = cpu;
    else runs.push([cpu, cpu]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

/** CPUs of a mask as the kernel writes it: hexadecimal, groups of 32 bits with commas. */
export function parseCpuMask(text: string): number[] | undefined {
  if (!/^[0-9a-f,]+$/i.test(text)) return undefined;
  const bits = BigInt(`0x${text.replaceAll(",", "") || "0"}`).toString(2);
  return [...bits].reverse().flatMap((bit, cpu) => (bit === "1" ? [cpu] : []));
}

/** The shortest mask the kernel accepts: no leading zeros, groups of 32 bits. */
export function cpuMask(cpus: readonly number[]): string {
  const hex = cpus.reduce((mask, cpu) => mask | (1n << BigInt(cpu)), 0n).toString(16);
  const groups = hex.padStart(Math.ceil(hex.length / 8) * 8, "0").match(/.{8}/g) ?? [];
  return groups.join(",").replace(/^0+(?=[0-9a-f])/, "");
}
