import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { $ } from "zx";

/** A shell with its commands, as a distribution brings them. */
export interface Userland {
  readonly shell: readonly string[];
  /** Where its commands are, when these are not this machine's. */
  readonly path?: string;
}

const which = (command: string) =>
  (process.env.PATH ?? "")
    .split(":")
    .map((place) => join(place, command))
    .find((file) => existsSync(file));

/** A machine where every command is busybox, as on Alpine. */
async function onlyBusybox(busybox: string, folder: string): Promise<Userland> {
  const path = join(folder, "busybox");
  mkdirSync(path);
  await $({ quiet: true })`${busybox} --install -s ${path}`;
  return { shell: [join(path, "sh")], path };
}

/** Every userland that this machine can offer to a script, by name. `folder` takes what has to be made for one. */
export async function userlandsIn(folder: string): Promise<Readonly<Record<string, Userland>>> {
  const busybox = which("busybox");
  return {
    sh: { shell: ["sh"] },
    ...(which("bash") === undefined ? {} : { bash: { shell: ["bash", "--posix"] } }),
    ...(busybox === undefined ? {} : { "busybox alone": await onlyBusybox(busybox, folder) }),
  };
}
