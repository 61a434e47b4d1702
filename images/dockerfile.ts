/** What a recipe's Dockerfile says, without a builder: files to copy and how a container starts. */
export interface ImageDescription {
  readonly copies: readonly { readonly from: string; readonly to: string }[];
  /** The part `config` of an image's configuration, in the words of its JSON. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What each instruction adds. None of these runs anything, which is why an image can be put together of them by itself. */
const instructions: Readonly<Record<string, (words: string, config: Record<string, unknown>) => void>> = {
  ENV: (words, config) => add(config, "Env", [assignment(words)]),
  EXPOSE: (words, config) => set(config, "ExposedPorts", { ...(config.ExposedPorts ?? {}), [`${words}/tcp`]: {} }),
  USER: (words, config) => set(config, "User", words),
  STOPSIGNAL: (words, config) => set(config, "StopSignal", words),
  ENTRYPOINT: (words, config) => set(config, "Entrypoint", list(words)),
  CMD: (words, config) => set(config, "Cmd", list(words)),
};

/** Reads a recipe's Dockerfile. Throws `SyntaxError` for anything but `FROM base` and instructions that run nothing. */
export function parseDockerfile(text: string): ImageDescription {
  const [from, ...rest] = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  if (from !== "FROM base") throw new SyntaxError(`a recipe's Dockerfile begins with FROM base, not with ${from}`);
  const copies: { from: string; to: string }[] = [];
  const config: Record<string, unknown> = {};
  for (const line of rest) {
    const [, name = "", words = ""] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (name === "COPY") copies.push(copy(words));
    else {
      const instruction = instructions[name];
      if (instruction === undefined) throw new SyntaxError(`no image can be put together without a builder by: ${line}`);
      instruction(words, config);
    }
  }
  return { copies, config };
}

function set(config: Record<string, unknown>, key: string, value: unknown): void {
  // An empty list takes away what a base says, and a base of our own says nothing.
  if (!Array.isArray(value) || value.length > 0) config[key] = value;
}

function add(config: Record<string, unknown>, key: string, values: readonly string[]): void {
  config[key] = [...((config[key] as string[] | undefined) ?? []), ...values];
}

function assignment(words: string): string {
  if (/^\w+=[^\s"'$\\]+$/.test(words)) return words;
  throw new SyntaxError(`ENV takes one NAME=value without quotes here, not ${words}`);
}

function list(words: string): string[] {
  const value: unknown = JSON.parse(words);
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value;
  throw new SyntaxError(`a list of words was expected instead of ${words}`);
}

function copy(words: string): { from: string; to: string } {
  const [, from, to] = /^([\w./-]+) \/([\w./-]*[\w-])$/.exec(words) ?? [];
  if (from === undefined || to === undefined)
    throw new SyntaxError(`COPY takes a folder or file and an absolute path here, not ${words}`);
  return { from, to };
}
