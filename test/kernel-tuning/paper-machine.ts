import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CommandError, type CommandResult, ConnectionError, type Transport } from "../../hosts/index.ts";
import type { DistributionName } from "../../hosts/schema.ts";
import { until } from "../until.ts";
import type { Userland } from "./userlands.ts";

/** What a machine is started by: its files, and the commands that are its boot loader's. */
export interface Arrangement {
  readonly distribution: DistributionName;
  /** The file that parameters go to. */
  readonly path: string;
  readonly files: Readonly<Record<string, string>>;
  /** Shell, by the name of the command; `$R` is the machine's folder. */
  readonly commands: Readonly<Record<string, string>>;
  /** The command line of the next start, which may use up an entry that is started once. */
  next(machine: PaperMachine): string;
}

/** Places of a machine that scripts write to, unless they stand on a kernel's command line. */
const PLACES =
  /(?<![\w.$}-])(?<!init=)\/(?=(?:etc|boot|run|var\/lib\/distrobench|proc\/(?:cmdline|mounts|sysrq-trigger|sys\/kernel\/random\/boot_id))\b)/g;
/** Commands that would act on the machine of the test, built into busybox's shell or not. */
const COMMANDS = /(?<=^|[\s;(&|])(reboot|mount|sync)(?=[\s;]|$)/gm;

/** Ends the script that calls it, as a lost machine would, when it is this command's turn to. */
const DIES =
  'k=$R/kill/$(basename "$0")$1; if [ -e "$k" ]; then n=$(($(cat "$k") - 1)); echo $n >"$k"; [ $n != 0 ] || kill -9 $PPID; fi';
const COMMON = {
  reboot: ": >$R/rebooted",
  mount: ":",
  sync: '[ $# != 0 ] || { set --; . "$R/bin/dies"; }',
};

/** A machine that is a folder: real scripts on its files, with their places moved there, and starts that are told from those files. */
export class PaperMachine {
  readonly transport: Transport;
  /** Nobody can log in to a start on trial. */
  mute = false;
  /** What somebody does on the machine while it starts on trial. */
  meanwhile: (() => void) | undefined;
  readonly #root: string;
  readonly #userland: Userland;
  readonly #arrangement: Arrangement;
  #reachable = true;

  constructor(root: string, userland: Userland, arrangement: Arrangement) {
    this.#root = root;
    this.#userland = userland;
    this.#arrangement = arrangement;
    for (const [path, text] of Object.entries(arrangement.files)) this.write(path, text);
    for (const [name, text] of Object.entries({ ...COMMON, ...arrangement.commands })) this.#command(name, text);
    this.write("/bin/dies", DIES);
    this.mount("/dev/sda1", "/", "ext4");
    this.start();
    const run: Transport["run"] = async (script, { accept = [0] } = {}) => await this.#run(script.toString(), accept);
    const nothing = () => Promise.reject(new Error("a paper machine only runs scripts"));
    this.transport = {
      ...{ host: "paper", run, start: nothing, connect: nothing, write: nothing, read: nothing, anew: nothing },
      statistics: { handshakes: 0, commands: 0, bytesSent: 0, bytesReceived: 0 },
      close: async () => {},
    };
  }

  read(path: string): string {
    return existsSync(this.#at(path)) ? readFileSync(this.#at(path), "utf8") : "";
  }

  /** As somebody does by hand: mode and owner of a file that is there stay. */
  write(path: string, text: string): void {
    const fresh = !existsSync(this.#at(path));
    mkdirSync(dirname(this.#at(path)), { recursive: true });
    writeFileSync(this.#at(path), text);
    if (!fresh || path !== this.#arrangement.path) return;
    chmodSync(this.#at(path), 0o640);
    if (process.getuid?.() === 0) chownSync(this.#at(path), 3, 4);
  }

  get commandLine(): string {
    return this.read("/proc/cmdline").trim();
  }

  /** A command kills the script that calls it, at its `turn`th call from now: `sync` at the end of a script, or one of the loader's. */
  killAt(command: string, turn: number): void {
    this.write(`/kill/${command}`, `${turn}\n`);
  }

  /** Puts another file system over one of its folders. */
  mount(device: string, path: string, type: string): void {
    this.write("/proc/mounts", `${this.read("/proc/mounts")}${device} ${path === "/" ? path : this.#at(path)} ${type} rw 0 0\n`);
  }

  /** Everything of the boot loader's, and what must not be left: by path the mode, the owner and the bytes. */
  files(): Readonly<Record<string, string>> {
    const entries = ["/etc", "/boot", "/run", "/var/lib"].flatMap((place) => {
      if (!existsSync(this.#at(place))) return [];
      const names = readdirSync(this.#at(place), { recursive: true, encoding: "utf8" }).map((name) => join(place, name));
      return names.map((name): [string, string] => {
        const { mode, uid, gid } = lstatSync(this.#at(name));
        const isFile = lstatSync(this.#at(name)).isFile();
        return [name, `${(mode & 0o7777).toString(8)} ${uid}:${gid} ${isFile ? this.read(name) : ""}`];
      });
    });
    return Object.fromEntries(entries);
  }

  /** Starts it again. Throws where no init would be found, which is a panic. */
  start(): void {
    for (const path of ["/rebooted", "/proc/sysrq-trigger", "/run"]) rmSync(this.#at(path), { recursive: true, force: true });
    mkdirSync(this.#at("/run"), { recursive: true });
    this.write("/proc/sys/kernel/random/boot_id", `${randomUUID()}\n`);
    this.write("/proc/cmdline", `${this.#arrangement.next(this)}\n`);
    this.#reachable = true;
    if (!/ init=\/etc\/distrobench\/trial-init\b/.test(this.commandLine)) return;
    assert.equal(this.read("/etc/distrobench/init"), "/bin/true\n", "there is no init to go on with");
    this.#reachable = !this.mute;
    this.meanwhile?.();
    const text = this.read("/etc/distrobench/trial-init");
    assert.notEqual(text, "", "panic: the init of the command line is not there");
    this.#spawn(text.replace(/^PATH=.*$/m, "")).unref();
  }

  /** Resolves when a dead man has reset it. */
  async reset(): Promise<void> {
    await until("a dead man resets the machine", () => this.read("/proc/sysrq-trigger").includes("b"));
    this.start();
  }

  #at(path: string): string {
    return join(this.#root, path);
  }

  #command(name: string, text: string): void {
    this.write(`/bin/${name}`, `#!/bin/sh\nR=${this.#root}\n${text}\n`);
    chmodSync(this.#at(`/bin/${name}`), 0o755);
  }

  #spawn(script: string) {
    const text = script.replaceAll(PLACES, `${this.#root}/`).replaceAll(COMMANDS, `${this.#root}/bin/$1`);
    assert.doesNotMatch(
      text.replaceAll(this.#root, "@"),
      /(?<!@)\/proc\/sysrq-trigger|(?<!@\/bin\/)\breboot\b/,
      "it would end this machine",
    );
    const { shell, path = process.env.PATH } = this.#userland;
    const [command = "sh", ...words] = shell;
    // A shell may become its last command, and the test is whose child it is.
    return spawn(command, [...words, "-c", `${text}\nexit $?`], {
      env: { PATH: `${join(this.#root, "bin")}:${path}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  async #run(script: string, accept: readonly number[] | "any"): Promise<CommandResult> {
    if (this.read("/proc/sysrq-trigger").includes("b")) this.start();
    if (!this.#reachable) throw new ConnectionError("paper", "unreachable", "does not answer");
    const child = this.#spawn(script);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
    if (existsSync(this.#at("/rebooted"))) this.start();
    const told = (text: string) => text.replaceAll(this.#root, "");
    const result = { command: script, host: "paper", exitCode, stdout: told(stdout), stderr: told(stderr), seconds: 0 };
    if (exitCode === null) throw new CommandError(result, "signal");
    if (accept !== "any" && !accept.includes(exitCode)) throw new CommandError(result, "exit");
    return result;
  }
}
