import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { UserError } from "../errors.ts";

/** Where distributions keep the UEFI firmware for QEMU: code, and the variables that each machine has a copy of. */
export const FIRMWARE = [
  { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", variables: "/usr/share/OVMF/OVMF_VARS_4M.fd" },
  { code: "/usr/share/OVMF/OVMF_CODE.fd", variables: "/usr/share/OVMF/OVMF_VARS.fd" },
  { code: "/usr/share/edk2/x64/OVMF_CODE.4m.fd", variables: "/usr/share/edk2/x64/OVMF_VARS.4m.fd" },
] as const;

/** Rejects with `UserError` where there is none. */
export async function findFirmware(): Promise<{ readonly code: string; readonly variables: string }> {
  for (const files of FIRMWARE) {
    const readable = await access(files.code, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (readable) return files;
  }
  throw new UserError("lab machines that boot through GRUB need UEFI firmware for QEMU on the controller", {
    remedy: "apt-get install ovmf",
  });
}
