import { UserError } from "../../errors.ts";
import type { DiskRequest } from "./builder.ts";

/** Throws `UserError` for a machine that is to boot through GRUB. */
export function refuseGrub({ boot }: DiskRequest): void {
  if (boot !== "grub") return;
  throw new UserError("lab machines that boot through GRUB are made of Debian on amd64 only", {
    remedy: "leave out `boot: grub`, or use a host with ssh:",
  });
}
