import { CommandError, type OperationContext, type Transport } from "../../hosts/index.ts";

const isSubset = (some: readonly string[], all: readonly string[]) => some.every((one) => all.includes(one));

/** A Debian 13 that keeps its packages in a map and does what apt and systemctl would. */
export function debianBox(options: { readonly failing?: RegExp; readonly killedAfter?: RegExp } = {}) {
  const needs = new Map<string, readonly string[]>();
  /** Removed, but for their configuration. */
  const configured = new Set<string>();
  const installed = new Map([
    ["ca-certificates", "1"],
    ["base", "1"],
  ]);
  const ran: string[] = [];
  const told: string[] = [];
  let active = false;
  let index = false;
  const effects: readonly (readonly [RegExp, (names: readonly string[]) => void])[] = [
    [/-y.* install /, (names) => [...names, `lib${names.at(-1)}`].forEach((name) => void installed.set(name, "26.1-1"))],
    [/-y.* remove /, (names) => names.forEach((name) => void (installed.delete(name) && configured.add(name)))],
    [/-y.* purge /, (names) => names.forEach((name) => void (configured.delete(name) || installed.delete(name)))],
    [
      /apt-get -q update/,
      () => {
        index = true;
      },
    ],
    [
      /systemctl start/,
      () => {
        active = true;
      },
    ],
  ];
  const sections = () => ({
    "os-release": "ID=debian\nVERSION_CODENAME=trixie",
    installed: [
      ...[...installed].map(([name, version]) => `ii  ${name} ${version}`),
      ...[...configured].filter((name) => !installed.has(name)).map((name) => `rc  ${name} 1`),
    ].join("\n"),
    services: `docker ${active ? "active" : "inactive"}`,
    index: index ? "yes" : "",
    candidates: index ? ["docker.io", "docker-cli", "git"].map((name) => `${name}:\n  Candidate: 26.1-1`).join("\n") : "",
  });
  const state = () =>
    Object.entries(sections())
      .map(([name, text]) => `@@@ ${name}\n${text}\n`)
      .join("");
  const answer = (script: string): string => {
    for (const part of script.split(" && ")) carryOut(part);
    const automatic = /Auto-Installed: 1\\n\\n' (.*) >/.exec(script)?.[1]?.split(" ");
    if (automatic !== undefined) return purged(automatic.filter((name) => isSubset(goingWith([name]), automatic)));
    return script.includes(" -s -q purge ") ? purged(goingWith(namesIn(script))) : state();
  };
  const carryOut = (command: string) => {
    for (const [pattern, effect] of effects) if (pattern.test(command)) effect(namesIn(command));
  };
  const namesIn = (script: string) => script.match(/ (install|remove|purge) (.*)$/)?.[2]?.split(" ") ?? [];
  const purged = (names: readonly string[]) => names.map((name) => `Purg ${name} [1]`).join("\n");
  /** These and all that needs them. */
  const goingWith = (names: readonly string[]): readonly string[] => {
    const more = [...needs].flatMap(([name, parts]) => (parts.some((part) => names.includes(part)) ? [name] : []));
    const all = [...new Set([...names, ...more])].filter((name) => installed.has(name));
    return all.length === names.length ? all : goingWith(all);
  };
  const record = { text: "" };
  const life = { killed: false };
  const keep = (command: string, stdin: unknown): string => {
    if (command.startsWith("rm -f")) record.text = "";
    else if (typeof stdin === "string") record.text = stdin;
    return record.text;
  };
  const transport: Pick<Transport, "run"> = {
    run: async (shell, { stdin } = {}) => {
      const command = shell.toString();
      if (life.killed) throw new Error("nobody runs this any more");
      ran.push(command);
      if (command.includes("/var/lib/distrobench/packages"))
        return { command, host: "box", exitCode: 0, stdout: keep(command, stdin), stderr: "", seconds: 0 };
      const failed = options.failing?.test(command) === true;
      const result = { command, host: "box", exitCode: failed ? 1 : 0, stdout: answer(command), stderr: "", seconds: 0 };
      if (failed) throw new CommandError(result, "exit");
      life.killed = options.killedAfter?.test(command) === true;
      return result;
    },
  };
  const context: OperationContext = {
    urn: "",
    signal: new AbortController().signal,
    root: "/",
    stack: "s",
    progress: () => {},
    info: (message) => told.push(message),
    warn: (message) => told.push(message),
    transport: async () => transport as Transport,
    exclusive: async (_, work) => await work(),
  };
  return {
    ...{ context, installed, configured, needs, ran, record, transport: transport as Transport },
    /** The next run of the controller. */
    revive: () => {
      life.killed = false;
    },
    isActive: () => active,
    told,
    changes: () => ran.filter((script) => /apt-get -y|update|systemctl start/.test(script)).length,
  };
}
