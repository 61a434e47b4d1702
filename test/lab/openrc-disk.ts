import { createHash } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { DiskBuilder } from "../../hosts/lab/disk/builder.ts";
import { debian } from "../../hosts/lab/disk/debian.ts";
import { fileDigests, GUEST, GUEST_OPENRC } from "../../hosts/lab/disk/guest-files.ts";
import { rootCommand } from "../../hosts/lab/disk/root-command.ts";
import { runLocal } from "../../hosts/lab/local-process.ts";

const OWN = join(import.meta.dirname, "openrc");
const SCRIPT = join(import.meta.dirname, "openrc-root.sh");

/** Unpacked only: its package can't be installed beside systemd's, whose tools set the disk up until the end. */
const UNPACK_OPENRC =
  '--customize-hook=chroot "$1" sh -c "cd /tmp && apt-get download openrc && dpkg -x openrc_*.deb / && rm openrc_*.deb"';

/** A disk with OpenRC and busybox from Debian 13: see `openrc-root.sh` for what on it is and is not as on Alpine. */
export const openrcDisk: DiskBuilder = {
  tools: [],
  recipe: async (request) => {
    const packages = ["libeinfo1", "librc1t64", "busybox-static", "musl", ...request.packages];
    const recipe = await debian.recipe({ ...request, release: "trixie", packages });
    const digest = createHash("sha256")
      .update(await readFile(SCRIPT))
      .digest("hex");
    return {
      ...recipe,
      options: [...recipe.options, UNPACK_OPENRC],
      files: { ...recipe.files, ...(await fileDigests(OWN, GUEST_OPENRC)), script: digest },
    };
  },
  build: async (recipe, rootTar, surroundings) => {
    const made = join(surroundings.directory, "debian.tar");
    const installed = await debian.build(recipe, made, surroundings);
    const words = [made, GUEST_OPENRC, join(GUEST, "seed.sh"), OWN, rootTar];
    const [program = "sh", ...before] = [...rootCommand(), "sh"];
    await runLocal(program, [...before, SCRIPT, ...words], surroundings);
    await rename(made, join(surroundings.directory, "dpkg-status"));
    return installed;
  },
};
