/** Where a number stands in what a command printed. */
export type Source =
  | { readonly from: "json"; readonly path: string; readonly scale: number }
  | { readonly from: "regex"; readonly pattern: string; readonly scale: number }
  | { readonly from: "wall" };

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** Seconds from the spawn to the end. */
  readonly seconds: number;
}

/** The number, in the metric's unit, or why there is none. */
export function extract(source: Source, printed: Printed): number | { readonly missing: string } {
  if (source.from === "wall") return printed.seconds;
  const text = source.from === "json" ? fromJson(source.path, printed.stdout) : fromPattern(source.pattern, printed);
  if (typeof text === "object") return text;
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) return { missing: `"${text}" is no number` };
  // Variants are compared by their ratio, and there is none with a negative number.
  return number < 0 ? { missing: `${text.trim()} is below zero` } : number * source.scale;
}

/** The first group of the pattern's first match: standard output first, then standard error, where `time` and `dd` print. */
function fromPattern(pattern: string, { stdout, stderr }: Printed): string | { readonly missing: string } {
  const match = new RegExp(pattern, "m").exec(stdout) ?? new RegExp(pattern, "m").exec(stderr);
  return match?.[1] ?? { missing: `nothing matches /${pattern}/` };
}

function fromJson(path: string, stdout: string): string | { readonly missing: string } {
  const document = lastJson(stdout);
  if (document === undefined) return { missing: "standard output holds no JSON object or array" };
  const found = follow(document, steps(path));
  return typeof found === "number" || typeof found === "string" ? String(found) : { missing: `no number at ${path}` };
}

/** All of the output when it is JSON, else its last line that is: tools that log before their result are common. */
function lastJson(stdout: string): object | undefined {
  for (const text of [stdout, ...stdout.trim().split("\n").reverse()]) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return value;
    } catch {
      // The next candidate.
    }
  }
  return undefined;
}

/** `results[0].mean` is `results`, `0`, `mean`; a key that holds dots is written `["a.b"]`. */
export function steps(path: string): readonly string[] {
  return [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) => quoted ?? index ?? key ?? "");
}

function follow(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return undefined;
  return follow((value as Readonly<Record<string, unknown>>)[first], rest);
}
