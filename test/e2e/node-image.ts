import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What the image runs: it announces itself, and answers everything. */
export const NODE_SERVER = `require("node:http").createServer((request, response) => response.end("ok"))
  .listen(Number(process.argv[1]) || 5000, () => console.log("READY " + process.hrtime.bigint()));`;

/** An image of this Node.js, the shell, and the libraries of both: no registry and no package is needed. */
export function importNodeImage(image: string): void {
  const root = mkdtempSync(join(tmpdir(), "distrobench-e2e-image-"));
  try {
    install(root, process.execPath, "/bin/node");
    install(root, "/bin/sh", "/bin/sh");
    mkdirSync(join(root, "tmp"));
    writeFileSync(join(root, "server.js"), NODE_SERVER);
    const change = ["--change", 'ENTRYPOINT ["/bin/node", "/server.js"]', "--change", "ENV PATH=/bin"];
    const tar = execFileSync("tar", ["--create", "--directory", root, "."], { maxBuffer: 2 ** 30 });
    execFileSync("docker", ["import", ...change, "-", image], { input: tar, stdio: ["pipe", "ignore", "inherit"] });
  } finally {
    rmSync(root, { recursive: true });
  }
}

function install(root: string, file: string, target: string): void {
  const libraries = execFileSync("ldd", [file])
    .toString()
    .matchAll(/(\/\S+) \(0x/g);
  for (const [from, to] of [[file, target], ...[...libraries].map(([, path = ""]) => [path, path])]) {
    if (from === undefined || to === undefined) continue;
    mkdirSync(join(root, dirname(to)), { recursive: true });
    copyFileSync(from, join(root, to));
  }
}
