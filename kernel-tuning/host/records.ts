import type { HostRecord } from "./port.ts";

/** Lines of kind, name and value; a line cut off by a lost connection is left out. */
export function parseRecords(text: string): HostRecord[] {
  return text.split("\n").flatMap((line) => {
    const [kind, name, value, ...more] = line.split("\t");
    if (kind === undefined || name === undefined || value === undefined || more.length > 0) return [];
    return [{ kind, name, value }];
  });
}
