import { existsSync, readdirSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { diskCacheDirectory } from "../hosts/lab/index.ts";

const verdict = z.object({ usable: z.boolean(), reason: z.string(), kernel: z.string() });

/** What is known about the speed of lab machines here, in words; nothing is booted to find out. */
export function acceleratorState(): string {
  if (!existsSync("/dev/kvm")) return "none (there is no /dev/kvm): lab machines are emulated, about 12 times slower";
  const proof = rememberedVerdicts().find(({ kernel }) => kernel === release());
  if (proof === undefined) return "/dev/kvm is there; the first lab machine proves by a test boot whether it works";
  return proof.usable ? "KVM, proven by a test boot" : `emulation, about 12 times slower: ${proof.reason.split("\n", 1)[0]}`;
}

/** The lab keeps its proofs beside its disks. */
function rememberedVerdicts(): z.output<typeof verdict>[] {
  const folder = join(diskCacheDirectory(), "..", "accelerators");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      try {
        return [verdict.parse(JSON.parse(readFileSync(join(folder, file), "utf8")))];
      } catch {
        return [];
      }
    });
}
