import { randomUUID } from "node:crypto";
import type { Connection } from "./connection.ts";
import { quote } from "./sh.ts";

export type Become = Extract<Connection, { kind: "local" }>["become"];

/** A command line for the connection's user, and what has to be sent on its standard input before anything else. */
export interface Elevated {
  readonly command: string;
  readonly preamble: string;
}

const COMMANDS = {
  sudo: (command: string, password: boolean) => `exec sudo -H ${password ? "-S -p ''" : "-n"} -- sh -c ${quote(command)}`,
  doas: (command: string) => `exec doas -n sh -c ${quote(command)}`,
  su: (command: string) => `exec su -s /bin/sh -c ${quote(command)} root`,
} as const;

/**
 * Wraps a script with arguments so that it runs as root. A password goes first on standard input and never into an argument; since a
 * host may not ask for it (sudo remembers), a sentinel line follows, and the script starts behind it.
 */
export function elevate(
  become: Become,
  script: string,
  words: readonly string[] = [],
  sentinel: string = randomUUID(),
): Elevated {
  const inner = `exec sh -c ${[script, "sh", ...words].map(quote).join(" ")}`;
  if (become === undefined) return { command: inner, preamble: "" };
  if (become.password === undefined) return { command: COMMANDS[become.method](inner, false), preamble: "" };
  const skip = `while IFS= read -r line && [ "$line" != ${sentinel} ]; do :; done; ${inner}`;
  return { command: COMMANDS[become.method](skip, true), preamble: `${become.password}\n${sentinel}\n` };
}
