import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { parseTraces, restoreTraces } from "../../hosts/packages/engine-traces.ts";

const before = parseTraces(
  "unit docker.socket active\nunit docker.service inactive\nunit containerd.service inactive\ninterface docker0 absent\nmount /var/lib/containers/storage/overlay absent\n" +
    "sysctl net.ipv4.ip_forward 0\nsysctl net.ipv4.conf.all.accept_redirects 1\n",
);

function steps(now: string): string[] {
  return restoreTraces(before, { ...before, ...parseTraces(now) }).map(String);
}

describe("what an engine left in the system is put back", () => {
  it("has nothing to do on a host that is as it was", () => assert.deepEqual(steps(""), []));

  it("stops what a socket has started, and lets the socket listen again", () =>
    assert.deepEqual(steps("unit docker.service active\nunit containerd.service active"), [
      "systemctl stop docker.socket docker.service containerd.service",
      "systemctl reset-failed docker.socket 2>/dev/null; systemctl start docker.socket",
    ]));

  it("takes the bridge away that was not there, unless a daemon runs that somebody has started by hand", () => {
    const run = (daemons: string) => {
      const stubs = `pidof() { [ -n "${daemons}" ]; }\nip() { echo "$@"; }\n`;
      return execFileSync("sh", ["-c", stubs + steps("interface docker0 present").join("\n")], { encoding: "utf8" });
    };
    assert.equal(run(""), "link delete docker0\n");
    assert.equal(run("dockerd"), "");
  });

  it("unmounts what a podman that was killed left mounted", () =>
    assert.deepEqual(steps("mount /var/lib/containers/storage/overlay present"), [
      "while umount /var/lib/containers/storage/overlay 2>/dev/null; do :; done",
    ]));

  it("writes forwarding first, because it moves what hangs on it", () =>
    assert.deepEqual(steps("sysctl net.ipv4.conf.all.accept_redirects 0"), [
      "echo 0 >/proc/sys/net/ipv4/ip_forward",
      "echo 1 >/proc/sys/net/ipv4/conf/all/accept_redirects",
    ]));

  it("leaves an engine alone that ran before", () =>
    assert.deepEqual(
      restoreTraces(parseTraces("unit docker.service active"), parseTraces("unit docker.service active")).map(String),
      [],
    ));
});
