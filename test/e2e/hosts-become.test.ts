import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { ConnectionError, connectionSchema, createSshPool, sh } from "../../hosts/index.ts";
import { createLocalTransport } from "../../hosts/local.ts";
import { transportContract } from "../hosts/transport-contract.ts";
import { type Sshd, startSshd } from "../lab/sshd.ts";

const isRoot = userInfo().uid === 0;
const hasSudo = spawnSync("sudo", ["-V"]).status === 0;

// Root's `su` never asks, so the password has to be skipped: exactly what happens when sudo remembers one.
if (isRoot) {
  const local = createLocalTransport({ kind: "local", host: "here", become: { method: "su", password: "never asked for" } });
  after(async () => (await local).close());
  transportContract("local through su", async () => await local);
}

describe("become with a sudo that asks on standard input", () => {
  const directory = mkdtempSync(join(tmpdir(), "distrobench-sudo-"));
  const path = process.env.PATH;
  before(() => {
    // As sudo -S does: one line, three attempts, then a refusal.
    writeFileSync(
      join(directory, "sudo"),
      `#!/bin/sh
for try in 1 2 3; do
  IFS= read -r given || break
  if [ "$given" = "right ' password" ]; then while [ "$1" != -- ]; do shift; done; shift; exec "$@"; fi
done
echo "sudo: 3 incorrect password attempts" >&2
exit 1
`,
    );
    chmodSync(join(directory, "sudo"), 0o755);
    process.env.PATH = `${directory}:${path}`;
  });
  after(() => {
    process.env.PATH = path;
    rmSync(directory, { recursive: true });
  });
  const transport = (password: string) =>
    createLocalTransport({ kind: "local", host: "here", become: { method: "sudo", password } });

  test("passes the password first and the data behind it", { skip: !isRoot && "needs root" }, async () => {
    const root = await transport("right ' password");
    assert.equal((await root.run(sh`cat`, { stdin: "data\n" })).stdout, "data\n");
    await root.close();
  });

  test("is refused with what sudo said, and never with the password", async () => {
    const error: unknown = await transport("wrong-secret").then(
      () => assert.fail(),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.failure, "become");
    assert.match(error.message, /sudo did not give root: sudo: 3 incorrect password attempts/);
    assert.doesNotMatch(JSON.stringify(error) + error.stack, /wrong-secret/);
  });
});

describe("become with the real sudo", {
  skip: !isRoot ? "needs root to make a user" : !hasSudo && "sudo is not installed",
}, () => {
  const user = `distrobench${process.pid}`;
  let sshd: Sshd;
  before(async () => {
    execFileSync("useradd", ["-m", "-s", "/bin/sh", user]);
    execFileSync("chpasswd", { input: `${user}:s3cret\n` });
    writeFileSync(`/etc/sudoers.d/${user}`, `${user} ALL=(ALL) ALL\n`, { mode: 0o440 });
    sshd = await startSshd({ user });
  });
  after(async () => {
    await sshd.stop();
    rmSync(`/etc/sudoers.d/${user}`, { force: true });
    execFileSync("userdel", ["-rf", user], { stdio: "ignore" });
  });

  test("runs as root with the user's password", async () => {
    const pool = createSshPool({ root: "/" });
    const transport = await pool.transport(
      connectionSchema.parse({
        kind: "ssh",
        host: "box",
        address: "127.0.0.1",
        port: sshd.port,
        user,
        privateKeyFile: sshd.privateKeyFile,
        hostKey: { key: sshd.hostKey },
        become: { method: "sudo", password: "s3cret" },
      }),
    );
    assert.equal((await transport.run(sh`id -u; cat`, { stdin: "data" })).stdout, "0\ndata");
    await pool.close();
  });
});
