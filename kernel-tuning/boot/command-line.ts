/** A parameter of the kernel's command line; the value `set` is a flag without one. */
export type Parameter = readonly [name: string, value: string];

/** On the root file system, which is all that is there when the kernel starts its first process. */
export const TRIAL_INIT = "/etc/distrobench/trial-init";

/** Parameters as tried: a panic starts the host again, after 10 s unless a wanted one says when, and before its init comes a dead man. */
export function trialParameters(wanted: readonly Parameter[]): Parameter[] {
  const panic: Parameter[] = wanted.some(([name]) => name === "panic") ? [] : [["panic", "10"]];
  return [...wanted, ...panic, ["init", TRIAL_INIT]];
}

/** Whether a command line is that of a trial. */
export const isTrial = (commandLine: ReadonlyMap<string, string>): boolean => commandLine.get("init") === TRIAL_INIT;

/** Parameters of a command line by name. Where a name stands twice the kernel takes the last. A quoted value may hold spaces. */
export function parseCommandLine(text: string): ReadonlyMap<string, string> {
  const words = text.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  return new Map(words.map((word) => parameterOf(word.replaceAll('"', ""))));
}

/** As it stands on the command line. */
export const parameterText = ([name, value]: Parameter): string => (value === "set" ? name : `${name}=${value}`);

/** A command line with parameters of ours: those of the same names are replaced, all else stays as it stands. */
export function withParameters(line: string, wanted: readonly Parameter[]): string {
  const names = new Set(wanted.map(([name]) => name));
  const kept = (line.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).filter((word) => !names.has(parameterOf(word)[0]));
  return [...kept, ...wanted.map(parameterText)].join(" ");
}

function parameterOf(word: string): [string, string] {
  const at = word.indexOf("=");
  return at < 0 ? [word, "set"] : [word.slice(0, at), word.slice(at + 1)];
}
