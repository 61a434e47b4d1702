import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { preflight } from "../../cli/commands/preflight.ts";
import { Exit } from "../../cli/context.ts";
import { memoryContext } from "../cli/memory-context.ts";
import { type Sshd, startSshd } from "../lab/sshd.ts";

const id = /^ID=(.*)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1]?.replaceAll('"', "") ?? "debian";
const root = mkdtempSync(join(tmpdir(), "distrobench-preflight-"));

describe("distrobench preflight", () => {
  let sshd: Sshd;

  before(async () => {
    sshd = await startSshd();
    mkdirSync(join(root, "stacks"));
    writeFileSync(join(root, "stacks", "mine.yaml"), matrix(sshd));
  });
  after(async () => {
    await sshd?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  test("looks at hosts over ssh and this machine, says why it could not look at others, and ends with 1", async () => {
    const { context, stdout } = memoryContext({ root, environment: { PATH: process.env.PATH } });
    await assert.rejects(preflight(context, "mine", { json: true }), (error) => error instanceof Exit && error.code === 1);
    const { ready, hosts } = JSON.parse(stdout());
    assert.equal(ready, false);
    const byName = new Map(hosts.map((host: { host: string }) => [host.host, host]));
    const checks = (name: string) => JSON.stringify(byName.get(name));
    for (const name of ["over-ssh", "here"]) {
      assert.match(checks(name), /"state":"examined"/);
      for (const check of [
        "distribution",
        "cgroup v2",
        "kernel held",
        "background services",
        "throttling",
        "swap",
        "package git",
      ])
        assert.ok(checks(name).includes(`"check":"${check}"`), `${name} lacks ${check}`);
    }
    assert.match(
      checks("other"),
      /"check":"distribution","status":"fail","found":"it is (debian|ubuntu) \([^"]*\), declared is alpine"/,
    );
    assert.match(checks("older"), /"check":"release","status":"fail","found":"it is [^"]*, declared is no such release"/);
    assert.match(checks("closed"), /"state":"not-examined".*refused the connection/);
    assert.match(checks("lab"), /"state":"not-running"/);
    assert.match(checks("secret"), /the environment variable NOT_SET, which the matrix names for a secret, is not set/);
  });

  test("prints a table with the remedy below what is wrong", async () => {
    const { context, stdout } = memoryContext({ root, environment: { PATH: process.env.PATH } });
    await assert.rejects(preflight(context, "mine", {}), Exit);
    assert.match(stdout(), /^ {2}fail {2}distribution .*declared is alpine\n {10,}declare distribution: /m);
    assert.match(stdout(), /lab\n {2}none {2}connection {2}a lab machine that does not run now/);
    assert.match(stdout(), /Can't be used: .*closed.*\. Not looked at: lab\.\n$/);
  });
});

function matrix({ port, user, hostKey, privateKeyFile }: Sshd): string {
  const ssh = `{ address: 127.0.0.1, port: ${port}, user: ${user}, privateKeyFile: ${privateKeyFile}, hostKey: { key: ${hostKey} } }`;
  return `version: 1
title: Some hosts
packages: [docker, git, node]
hosts:
  over-ssh: { distribution: ${id}, ssh: ${ssh} }
  here: { distribution: ${id}, local: {} }
  other: { distribution: alpine, local: {} }
  older: { distribution: ${id}, release: no such release, local: {} }
  closed: { distribution: debian, ssh: { address: 127.0.0.1, port: 1, privateKeyFile: ${privateKeyFile} } }
  secret: { distribution: debian, ssh: { address: 127.0.0.1, port: 1, password: { env: NOT_SET } } }
  lab: { distribution: debian, release: trixie, lab: { cpus: 1, memory: 1GiB, disk: 8GiB } }
images:
  server: { recipe: model-server, base: { mmdebstrap: trixie }, builder: here }
benchmarks:
  start: { test: cold-start, image: server, hosts: [here], engines: [docker] }
`;
}
