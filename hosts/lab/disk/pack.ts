import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { runLocal } from "../local-process.ts";
import type { Boot } from "../schema.ts";
import type { BuildSurroundings } from "./builder.ts";

const SCRIPTS = { direct: "pack.sh", grub: "pack-grub.sh" } as const;

/** The text that decides the disk's layout, for its hash. */
export function packScript(boot: Boot): Promise<string> {
  return readFile(join(import.meta.dirname, SCRIPTS[boot]), "utf8");
}

/** Makes disk.qcow2, vmlinuz and initrd in the build's directory from a root file system; removes the tar. No root needed. */
export async function pack(
  rootTar: string,
  disk: { readonly sizeGiB: number; readonly uuid: string; readonly epoch: number; readonly boot: Boot },
  surroundings: BuildSurroundings,
): Promise<void> {
  const { directory, signal } = surroundings;
  const environment = {
    ...surroundings.environment,
    SOURCE_DATE_EPOCH: String(disk.epoch),
    // What e2fsprogs before 1.47.1 has instead.
    E2FSPROGS_FAKE_TIME: String(disk.epoch),
  };
  const script = ["-c", await packScript(disk.boot), "pack"];
  const words = [`${disk.sizeGiB}G`, disk.uuid];
  surroundings.step("making the file system");
  if (process.getuid?.() === 0) {
    await runLocal("sh", [...script, directory, ...words], { environment, signal, stdinFile: rootTar });
  } else {
    const result = join(directory, "packed.tar");
    const helper = ["--unshare-helper", "sh", ...script, "-", ...words];
    await runLocal("mmdebstrap", helper, { environment, signal, stdinFile: rootTar, stdoutFile: result });
    await runLocal("tar", ["--extract", "--sparse", "--file", result, "--directory", directory], { signal });
    await rm(result);
  }
  await rm(rootTar);
  surroundings.step("packing the disk");
  await runLocal("qemu-img", ["convert", "-O", "qcow2", "disk.raw", "disk.qcow2"], { cwd: directory, environment, signal });
  await rm(join(directory, "disk.raw"));
}

/** sha256 of a file's content, in hex. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
