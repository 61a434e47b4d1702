import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { dockerAddress } from "../../stacks/builder.ts";
import type { PlannedHost } from "../../stacks/plan.ts";
import { withSecrets } from "../../stacks/secrets.ts";
import { planText, RIGHT } from "./matrix-text.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-connections-"));
after(() => rmSync(root, { recursive: true }));
const LAB = "lab: { cpus: 2, memory: 2GiB, disk: 8GiB }";

function host(kind: string): PlannedHost {
  const [found] = planText(RIGHT.replace(LAB, kind)).hosts;
  assert.ok(found);
  return found;
}

describe("a connection", () => {
  it("gets each secret where it belongs", () => {
    const planned = host(
      "ssh: { address: a, password: { env: A }, become: { method: su, password: { env: B } }, bastions: [{ address: b, passphrase: { env: C } }] }",
    );
    const names = planned.secrets.map(({ reference }) => ("env" in reference ? reference.env : reference.secret));
    const { password, bastions, become } = withSecrets(planned.connection, planned.secrets, names) as {
      password: string;
      bastions: { passphrase: string }[];
      become: { password: string };
    };
    assert.deepEqual([password, bastions[0]?.passphrase, become.password], ["A", "C", "B"]);
  });

  it("holds no secret while it is only planned", () => {
    const { connection } = host("ssh: { address: a, password: { env: A }, privateKey: { secret: b } }");
    assert.doesNotMatch(JSON.stringify(connection), /password|privateKey|env|secret/);
  });
});

describe("the builder's Docker", () => {
  it("is reached as OpenSSH understands it, over bastions, with the key given in the matrix", () => {
    const planned = host(
      "ssh: { address: 192.0.2.1, user: me, privateKeyFile: ~/.ssh/key, hostKey: { key: ssh-ed25519 AAAA }, bastions: [{ address: 192.0.2.2, port: 2222 }] }",
    );
    const { dockerHost, sshConfigFile } = dockerAddress(root, "example", planned, undefined);
    assert.equal(dockerHost, "ssh://one");
    const file = join(root, String(sshConfigFile));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const resolved = execFileSync("ssh", ["-G", "-F", file, "one"], { encoding: "utf8" });
    for (const line of [
      "hostname 192.0.2.1",
      "user me",
      "proxyjump one-bastion-1",
      "stricthostkeychecking true",
      "hostkeyalias one",
    ])
      assert.match(resolved, new RegExp(`^${line}$`, "m"));
    assert.match(execFileSync("ssh", ["-G", "-F", file, "one-bastion-1"], { encoding: "utf8" }), /^port 2222$/m);
    assert.equal(readFileSync(join(root, ".distrobench/ssh/example/one/one.known_hosts"), "utf8"), "one ssh-ed25519 AAAA\n");
  });

  it("is this machine's own for a local host", () => {
    assert.deepEqual(dockerAddress(root, "example", host("local: {}"), undefined), { dockerHost: "unix:///var/run/docker.sock" });
  });

  it("is refused where a login needs a secret, which ssh could not ask for", () => {
    const planned = host("ssh: { address: a, password: { env: A } }");
    assert.throws(() => dockerAddress(root, "example", planned, undefined), /one builds an image, but its login needs a secret/);
  });
});
