import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** User 1000 may read besides (include/uapi/linux/posix_acl_xattr.h): owner rw, user 1000 r, group r, mask rw, others nothing. */
const SET = `import os, struct, sys
entries = [(1, 6, 0xffffffff), (2, 4, 1000), (4, 4, 0xffffffff), (0x10, 6, 0xffffffff), (0x20, 0, 0xffffffff)]
acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
os.setxattr(sys.argv[1], "user.origin", b"an administrator")
os.setxattr(sys.argv[1], "system.posix_acl_access", acl)`;
const LIST = `import os, sys
for name in sorted(os.listxattr(sys.argv[1])): print(name, os.getxattr(sys.argv[1], name).hex())`;

function python(script: string, file: string): { readonly ok: boolean; readonly text: string } {
  const { status, stdout } = spawnSync("python3", ["-c", script, file], { encoding: "utf8" });
  return { ok: status === 0, text: stdout ?? "" };
}

/** Gives a file an ACL, which makes its mode 660, and an extended attribute. */
export const setAttributes = (file: string): boolean => python(SET, file).ok;

/** Every extended attribute of a file, its ACL among them, with its value. */
export const attributesOf = (file: string): string => python(LIST, file).text;

/** Why files here can't have attributes, or false: node has no call for them, and not every file system has them. */
export const noAttributes: string | false = (() => {
  const folder = mkdtempSync(join(tmpdir(), "distrobench-attributes-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  const able = setAttributes(file) && attributesOf(file).includes("posix_acl_access");
  rmSync(folder, { recursive: true });
  return able ? false : "needs python3, and a file system with extended attributes below the temporary folder";
})();
