import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { ConnectionError, type OperationContext, UserError, type Verdict } from "../../hosts/index.ts";
import { parseCommandLine } from "../../kernel-tuning/boot/command-line.ts";
import { contentOf } from "../../kernel-tuning/boot/file-value.ts";
import type { BootHost, Guard, HostRecord, Keeping, TuningHost, WriteOrder } from "../../kernel-tuning/host/port.ts";
import { RecordTaken } from "../../kernel-tuning/owner.ts";
import { digestOf, recordText } from "../../kernel-tuning/record.ts";
import { type Baseline, tuningInputs } from "../../kernel-tuning/schema.ts";

export const DROP_IN = "/etc/default/grub.d/zz-distrobench.cfg";

/** Where the connection to a host is cut while it is written to: after so many steps. */
export class Cut extends Error {}

/** A host whose cells live in a map, which does what the scripts do: saves first, writes, reads back, forgets. */
export class MemoryHost implements TuningHost {
  readonly cells: Map<string, string>;
  readonly #boot: ReadonlyMap<string, string>;
  /** Cells that answer EPERM. */
  readonly managed = new Set<string>();
  /** Cells that answer EINVAL. */
  readonly refused = new Set<string>();
  /** Whether a value is answered with EBUSY, given the cells. */
  refuses: (key: string, value: string, cells: ReadonlyMap<string, string>) => boolean = () => false;
  record: Baseline | undefined;
  readBack: readonly HostRecord[] = [];
  bootId = "boot-1";
  cutAfter: number | undefined;
  /** Happens once, between reading and the first write that follows. */
  meanwhile: (() => void) | undefined;
  #failsToStart = false;
  /** Told at every restart. */
  restarted: () => void = () => {};
  /** Whether somebody can still log in anew, given the cells. */
  reachable: (cells: ReadonlyMap<string, string>) => boolean = () => true;
  /** CPUs, as the kernel lists them. */
  online = "0-3";
  present = "0-3";
  /** What goes along with a service that is stopped, as the host says it. */
  goingAlong: Readonly<Record<string, readonly string[]>> = {};
  /** What the kernel sets along with a cell that was written. */
  along: (key: string, cells: Map<string, string>) => void = () => {};
  confirmations = 0;
  /** Whether the boot loader has been told of its file. */
  applied = false;
  restarts = 0;
  reads = 0;
  writes = 0;

  constructor(cells: Readonly<Record<string, string>>) {
    this.cells = new Map(Object.entries(cells));
    this.#boot = new Map(this.cells);
  }

  /** What lives in the kernel is as it was at the first boot, with what the boot loader's file adds and sysctl.d says; files stay. */
  reboot(more = this.#added()): void {
    this.bootId += "+";
    this.restarts += 1;
    for (const key of [...this.cells.keys()]) if (!key.startsWith("file ")) this.cells.delete(key);
    for (const [key, value] of this.#boot) if (!key.startsWith("file ")) this.cells.set(key, value);
    for (const [name, value] of more) this.cells.set(`boot ${name}`, value);
    this.#readSysctlFiles();
    this.restarted();
  }

  #readSysctlFiles(): void {
    const files = [...this.cells].filter(([key]) => key.startsWith("file /etc/sysctl.d/"));
    for (const [, file] of files)
      for (const [, key = "", value = ""] of contentOf(file).matchAll(/^([a-z][\w.]*) = (.*)$/gm)) {
        const cell = `value /proc/sys/${key.replaceAll(".", "/")}`;
        if (this.cells.has(cell)) this.cells.set(cell, value);
      }
  }

  #added(): ReadonlyMap<string, string> {
    if (!this.applied) return new Map();
    const line = contentOf(this.cells.get(`file ${DROP_IN}`) ?? "absent").match(/_DEFAULT (.*)"/)?.[1] ?? "";
    return parseCommandLine(line);
  }

  readonly boot: BootHost = {
    tryOnce: async (change) => {
      this.#save(change);
      this.reboot(this.#failsToStart ? this.#added() : new Map(change.parameters));
      if (this.#failsToStart) throw new UserError("did not come up");
      await this.boot.persist({ ...change, over: this.#digest() });
    },
    persist: async (change) => {
      this.#save(change);
      this.cells.set(`file ${change.path}`, change.file);
      this.applied = true;
    },
    apply: async () => {
      this.applied = this.cells.has(`file ${DROP_IN}`);
    },
    restart: async () => this.reboot(),
    withdraw: async () => {},
  };

  /** From now on a host does not come up with other parameters, or does again. */
  failToStart(fails: boolean): void {
    this.#failsToStart = fails;
  }

  readonly link = {
    confirm: async ({ undo }: Guard): Promise<Verdict> => {
      this.confirmations += 1;
      if (this.reachable(this.cells)) return "confirmed";
      for (const step of undo) this.#step(step);
      return { firedAt: "2026-01-01T00:02:00Z" };
    },
  };

  async read(): Promise<readonly HostRecord[]> {
    this.reads += 1;
    const encode = (text: string) => Buffer.from(text).toString("base64");
    const saved =
      this.record === undefined
        ? []
        : [
            { kind: "record", name: "tuning.json", value: encode(recordText(this.record)) },
            {
              kind: "record",
              name: "tuning.readback",
              value: encode(this.readBack.map(({ kind, name, value }) => `${kind}\t${name}\t${value}\n`).join("")),
            },
          ];
    const facts = { kernel: "6.12.1", bootId: this.bootId, init: "systemd", online: this.online, present: this.present };
    return [
      ...Object.entries(facts).map(([name, value]) => ({ kind: "fact", name, value })),
      ...[0, 1, 2, 3].map((cpu) => ({ kind: "siblings", name: String(cpu), value: String(cpu) })),
      { kind: "irq", name: "24", value: "PCI-MSI 0-edge eth0" },
      { kind: "interface", name: "eth0", value: "physical" },
      { kind: "irq", name: "25", value: "PCI-MSI 1-edge nvme0q1" },
      { kind: "loader", name: "grub.d", value: "yes" },
      ...Object.entries(this.goingAlong).map(([name, others]) => ({ kind: "along", name, value: others.join(" ") })),
      ...this.#cells(),
      ...saved,
    ];
  }

  async write(order: WriteOrder): ReturnType<TuningHost["write"]> {
    this.writes += 1;
    this.#save(order);
    const results = order.steps.map((step, index) => {
      if (index === this.cutAfter) throw new Cut("the connection was lost");
      return this.#step(step);
    });
    const asked = new Set(order.readBack.map(({ kind, name }) => `${kind} ${name}`));
    this.readBack = this.#cells().filter(({ kind, name }) => asked.has(`${kind} ${name}`));
    const records = this.readBack;
    const failed = results.some(({ exitCode }) => exitCode !== 0);
    if (order.afterwards !== undefined && !failed) this.#finish(order.afterwards);
    return { results, records };
  }

  #digest(): string | undefined {
    return this.record === undefined ? undefined : digestOf(recordText(this.record));
  }

  #save({ baseline, over }: Keeping): void {
    this.meanwhile?.();
    this.meanwhile = undefined;
    if (this.#digest() !== over) throw new RecordTaken("box", this.record);
    this.record = baseline;
    this.readBack = [];
  }

  #step({ kind, name, value }: WriteOrder["steps"][number]): { readonly exitCode: number; readonly message: string } {
    const key = `${kind} ${name}`;
    if (this.managed.has(key)) return { exitCode: 1, message: "cat: write error: Operation not permitted" };
    if (this.refuses(key, value, this.cells)) return { exitCode: 1, message: "cat: write error: Device or resource busy" };
    if (this.refused.has(key)) return { exitCode: 1, message: "cat: write error: Invalid argument" };
    if (kind === "slice" && value === "absent") this.#removeBelow(`property ${name}/`);
    if (value === "absent" || value === "off") this.cells.delete(key);
    else this.cells.set(key, value);
    this.along(key, this.cells);
    return { exitCode: 0, message: "" };
  }

  #removeBelow(start: string): void {
    for (const key of [...this.cells.keys()]) if (key.startsWith(start)) this.cells.delete(key);
  }

  #finish(afterwards: Baseline | "forget"): void {
    this.record = afterwards === "forget" ? undefined : afterwards;
    if (afterwards === "forget") this.readBack = [];
  }

  /** A file or a slice that is not there is told as such; a kernel's file that is not there has no record. */
  #cells(): HostRecord[] {
    const told = [...this.cells].map(([key, value]) => {
      const [kind = "", ...name] = key.split(" ");
      return { kind, name: name.join(" "), value };
    });
    const asked = [
      { kind: "file", name: "/etc/sysctl.d/zz-distrobench-vm.swappiness.conf" },
      { kind: "file", name: DROP_IN },
      { kind: "slice", name: "model.slice" },
      { kind: "property", name: "model.slice/cpu.weight" },
    ];
    const absent = asked.filter(({ kind, name }) => !this.cells.has(`${kind} ${name}`));
    return [...told, ...absent.map((one) => ({ ...one, value: "absent" }))];
  }
}

export const inputsOf = (knobs: Readonly<Record<string, string>>, more: { readonly force?: boolean } = {}) =>
  tuningInputs.parse({
    ...{ host: "box", connection: { kind: "local", host: "box" }, machine: "m", distribution: "debian", profile: "test" },
    knobs,
    ...more,
  });

const checkouts = mkdtempSync(join(tmpdir(), "distrobench-checkouts-"));
after(() => rmSync(checkouts, { recursive: true, force: true }));

/** A context that keeps what is said; `stack` owns what is tuned, and is worked with from a checkout. */
export function contextOf(said: string[], { stack = "demo", checkout = "laptop" } = {}): OperationContext {
  return {
    ...{ urn: "", root: join(checkouts, checkout), stack, signal: new AbortController().signal },
    progress: () => {},
    info: (message) => void said.push(message),
    warn: (message) => void said.push(message),
    transport: () => Promise.reject(new ConnectionError("box", "unreachable", "is gone")),
    exclusive: async (_, work) => await work(),
  };
}
