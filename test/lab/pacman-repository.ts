import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContractRoot } from "./contract-root.ts";

interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: readonly string[];
}

/** Puts packages and their database into `/srv/repo` of a root, in the formats that pacman's own tools make, and configures pacman. */
export function makePacmanRepository(root: Pick<ContractRoot, "path" | "write">, packages: readonly TestPackage[]): void {
  const work = mkdtempSync(join(tmpdir(), "distrobench-repo-"));
  const repository = join(root.path, "srv/repo");
  mkdirSync(repository, { recursive: true });
  mkdirSync(join(root.path, "var/lib/pacman"), { recursive: true });
  try {
    mkdirSync(join(work, "db"));
    for (const item of packages) add(work, repository, item);
    execFileSync("sh", ["-c", 'cd "$1" && exec tar -czf "$2" *', "sh", join(work, "db"), join(repository, "main.db")]);
  } finally {
    rmSync(work, { recursive: true });
  }
  root.write(
    "etc/pacman.conf",
    "# By the host's owner.\n[options]\nArchitecture = auto\nSigLevel = Never\n\n[main]\nServer = file:///srv/repo\n",
  );
}

function add(work: string, repository: string, { name, version, depends = [] }: TestPackage): void {
  const folder = join(work, name);
  mkdirSync(join(folder, "etc"), { recursive: true });
  writeFileSync(join(folder, "etc", `${name}.conf`), `${name}\n`);
  const fields = [`pkgname = ${name}`, `pkgver = ${version}`, "pkgdesc = test", "builddate = 1", "size = 1", "arch = any"];
  writeFileSync(
    join(folder, ".PKGINFO"),
    `${[...fields, `backup = etc/${name}.conf`, ...depends.map((other) => `depend = ${other}`)].join("\n")}\n`,
  );
  const file = `${name}-${version.replace(":", "_")}-any.pkg.tar.gz`;
  const path = join(repository, file);
  execFileSync("tar", ["-C", folder, "--owner=0", "--group=0", "-czf", path, ".PKGINFO", "etc"]);
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  const size = String(statSync(path).size);
  const rows = { FILENAME: file, NAME: name, VERSION: version, CSIZE: size, ISIZE: "1", SHA256SUM: digest, ARCH: "any" };
  const text = Object.entries({ ...rows, ...(depends.length > 0 ? { DEPENDS: depends.join("\n") } : {}) });
  mkdirSync(join(work, "db", `${name}-${version}`));
  writeFileSync(join(work, "db", `${name}-${version}`, "desc"), text.map(([key, value]) => `%${key}%\n${value}\n\n`).join(""));
}
