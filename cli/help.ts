import type { Command } from "commander";
import { wrapped } from "../report/index.ts";
import { didYouMean } from "../stacks/index.ts";
import type { Output } from "./context.ts";

/** What the help of a command says below its options. */
export interface HelpText {
  /** A paragraph each. */
  readonly notes: readonly string[];
  /** Above the examples. */
  readonly heading?: string;
  /** A command line, and what it does where that does not go without saying. */
  readonly examples?: readonly (readonly [command: string, meaning?: string])[];
}

/** Longer lines are hard to read. */
const MOST_COLUMNS = 100;

/** Columns that help is fitted into; a terminal that does not tell how wide it is says 0. */
export function helpColumns({ columns }: Output): number {
  return Math.min(MOST_COLUMNS, columns || MOST_COLUMNS);
}

/** Notes broken between words; a meaning that does not fit beside its command stands below it. */
export function helpText({ notes, heading, examples = [] }: HelpText, columns: number): string {
  const above = heading === undefined ? [] : [heading];
  const parts = [notes.flatMap((note) => wrapped(note, columns)), [...above, ...exampleLines(examples, columns)]];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `\n${lines.join("\n")}`)
    .join("\n");
}

/**
 * Ends with a usage error where the help of a command was asked for that is not there (`help foo`, `foo --help`): otherwise the help of the
 * whole program would stand there as if that were the answer.
 */
export function refuseUnknown(program: Command): void {
  const [first, second] = program.args.filter((word) => !word.startsWith("-"));
  const name = first === "help" ? second : first;
  const known = [...program.commands.map((command) => command.name()), "help"];
  if (name === undefined || known.includes(name)) return;
  program.error(`error: unknown command '${name}'${didYouMean(name, known)}`);
}

function exampleLines(examples: NonNullable<HelpText["examples"]>, columns: number): readonly string[] {
  const width = Math.max(0, ...examples.map(([command]) => command.length));
  const beside = examples.every(([, meaning = ""]) => meaning === "" || 2 + width + 2 + meaning.length <= columns);
  return examples.flatMap(([command, meaning]) => {
    if (meaning === undefined) return [`  ${command}`];
    if (beside) return [`  ${command.padEnd(width)}  ${meaning}`];
    return [`  ${command}`, ...wrapped(meaning, columns - 6).map((line) => `      ${line}`)];
  });
}
