import type { Command, Option } from "commander";
import { quote } from "../hosts/index.ts";

/** What can stand for an argument or behind an option, by its name in the help. */
type Kind = "stacks" | "sessions" | "files";

const kinds: Readonly<Record<string, Kind>> = {
  ...{ stack: "stacks", matrix: "stacks", session: "sessions", a: "sessions", b: "sessions", file: "files" },
};

/**
 * A script for bash that completes commands, options and their choices, stacks, sessions and files. Commands and options are those of
 * now; stacks and sessions are looked up below `root` each time.
 */
export function completionScript(program: Command, root: string): string {
  const names = program.commands.map((command) => command.name());
  const commands = program.commands.map((command) => `    ${command.name()}) ${settings(command)} ;;`);
  const options = new Map(program.commands.flatMap((command) => command.options.flatMap(afterOption)));
  return `_distrobench() {
  local root=${quote(root)} command='' kind='' word
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local -a words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || { command=$word; break; }
  done
  case $command in
    '') ${assignment([...names, "help", "--help", "--version", "--debug"])} ;;
    help) ${assignment(names)} ;;
${commands.join("\n")}
  esac
  case $previous in
${[...options].map(([flag, value]) => `    ${flag}) ${value} ;;`).join("\n")}
  esac
  case $kind in
    stacks) for word in "$root"/stacks/*.yaml; do word=\${word##*/}; [[ $word == Pulumi.* ]] || words+=("\${word%.yaml}"); done ;;
    sessions) for word in "$root"/results/*/session.json; do word=\${word%/*}; words+=("\${word##*/}"); done ;;
    files) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null; return ;;
  esac
  COMPREPLY=()
  for word in "\${words[@]}"; do
    [[ $word != "$current"* || $word == '*' ]] || COMPREPLY+=("$word")
  done
}
complete -F _distrobench distrobench ./distrobench
`;
}

/** What may follow a command: its options, and what its first argument stands for. */
function settings(command: Command): string {
  const flags = command.options.flatMap(({ long }) => long ?? []);
  const kind = kinds[command.registeredArguments[0]?.name() ?? ""];
  return [...(kind === undefined ? [] : [`kind=${kind}`]), assignment([...flags, "--help"])].join(" ");
}

/** What may follow an option that takes a value, instead of all else. */
function afterOption({ long, flags, argChoices }: Option): readonly (readonly [string, string])[] {
  const value = /[<[](\w+)[\]>]/.exec(flags)?.[1];
  if (!long || value === undefined) return [];
  if (argChoices !== undefined) return [[long, `kind='' ${assignment(argChoices)}`]];
  return [[long, `kind=${kinds[value] ?? "''"} words=()`]];
}

function assignment(words: readonly string[]): string {
  return `words=(${words.map((word) => quote(word)).join(" ")})`;
}
