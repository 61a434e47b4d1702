import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { withLock } from "../lock.ts";
import { type Architecture, controllerArchitecture, isForeign } from "./architecture.ts";
import { acceleratorCacheDirectory } from "./arrangement.ts";
import { type KvmVerdict, type ProbeOptions, probeKvm } from "./kvm-probe.ts";
import { runLocal } from "./local-process.ts";

const verdict = z.object({ usable: z.boolean(), reason: z.string(), machine: z.string(), kernel: z.string(), qemu: z.string() });

/** What a machine runs with. Rejects with `UserError` when KVM is asked for and not proven. */
export async function chooseAccelerator(
  requested: "auto" | "kvm" | "tcg",
  architecture: Architecture,
  options: ProbeOptions,
): Promise<"kvm" | "tcg"> {
  if (requested === "tcg") return "tcg";
  const foreign = { usable: false, reason: `it runs no ${architecture.name} machine on a ${process.arch} controller` };
  const kvm = isForeign(architecture) ? foreign : await kvmVerdict(options);
  if (kvm.usable) return "kvm";
  if (requested === "auto") return "tcg";
  throw new UserError(`accelerator: kvm is asked for, but ${kvm.reason}`, {
    remedy: "use a controller where KVM works, or `accelerator: auto`, which emulates the processor and marks the results",
  });
}

/**
 * Proven by a bounded test boot, since a device node says nothing: under some hypervisors a guest hangs on it at once. Remembered
 * per machine, kernel and QEMU.
 */
export async function kvmVerdict(options: ProbeOptions): Promise<KvmVerdict> {
  const blocked = await access("/dev/kvm", constants.R_OK | constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" ? "there is no /dev/kvm" : "/dev/kvm may not be opened by this user",
  );
  if (blocked !== undefined) return { usable: false, reason: blocked };
  const surroundings = await identifySurroundings();
  const file = join(acceleratorCacheDirectory(), `${digest(surroundings)}.json`);
  return withLock(file, options, async () => {
    const remembered = verdict.safeParse(JSON.parse(await readFile(file, "utf8").catch(() => "null"))).data;
    if (remembered !== undefined) return remembered;
    const result = await probeKvm(options);
    await remember(file, { ...surroundings, ...result });
    return result;
  });
}

async function identifySurroundings(): Promise<{ machine: string; kernel: string; qemu: string }> {
  const machine = await readFile("/etc/machine-id", "utf8").catch(() => "unknown");
  const qemu = await runLocal(controllerArchitecture().qemu, ["--version"], { timeoutSeconds: 10 });
  return { machine: machine.trim(), kernel: release(), qemu: qemu.split("\n", 1)[0] ?? "" };
}

function digest(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

async function remember(file: string, content: z.output<typeof verdict>): Promise<void> {
  await mkdir(acceleratorCacheDirectory(), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
