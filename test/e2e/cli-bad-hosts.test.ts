import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { freePort, type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo, thisDistribution } from "../lab/this-machine.ts";
import { forgetStack } from "./launcher.ts";
import { distrobench, type Ended, newestOperations, root } from "./project.ts";

const stack = "zz-bad-hosts";
const isRoot = process.getuid?.() === 0;
/** Longest that a host may keep everybody waiting: the time-out of a dial is 15 s. */
const BOUND_SECONDS = 20;

/** Runs what follows where this machine looks like a host with one file system changed, for it alone. */
const seeing = (mount: string) => ["unshare", "--mount", "sh", "-c", `mount ${mount} && exec "$@"`, "sh"];
const smallVar = seeing("-t tmpfs -o size=64m none /var");
/** What every host needs and an old controller may lack. */
const usable = seeing("-t cgroup2 none /sys/fs/cgroup");
/** A usable host with a knob and a record of tuning that are nobody else's. */
const tunable = seeing(`-t cgroup2 none /sys/fs/cgroup && mount -t tmpfs none /proc/sys/vm && echo 60 >/proc/sys/vm/swappiness &&
  mount -t tmpfs none /mnt && mkdir /mnt/lib && mount --rbind /var/lib /mnt/lib && mount -t tmpfs none /var/lib &&
  for d in /mnt/lib/*/; do
    n=/var/lib/$(basename "$d"); [ "$n" = /var/lib/distrobench ] || { mkdir "$n" && mount --bind "$d" "$n"; } || exit
  done`);
const canMount = isRoot && [smallVar, usable, tunable].every((words) => spawnSync("env", [...words, "true"]).status === 0);
const skipped = !canMount && "needs root, and leave to mount";

/** A way to a server that can be cut and opened again, as if its host were switched off and on. */
interface Cable {
  readonly port: number;
  cut(): Promise<void>;
  plug(): Promise<void>;
}

describe("hosts that cannot be used", { concurrency: false, timeout: 170_000 }, () => {
  const servers: Sshd[] = [];
  const cables: Cable[] = [];
  let silent: Server;
  let up: Ended;
  let tuned: Sshd;
  const onTuned = (command: string) =>
    execFileSync("nsenter", ["--mount", "--target", String(tuned.pid), "sh", "-c", command])
      .toString()
      .trim();

  before(async () => {
    // So that one run tells of all of them; by itself Pulumi starts nothing new after the first failure.
    process.env.PULUMI_CONTINUE_ON_ERROR = "true";
    const sshd = await startSshd();
    servers.push(sshd);
    silent = await listen(createServer());
    const other = join(sshd.directory, "other");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", other]);
    const lines = [
      hostLine("wrong-key", sshd, { privateKeyFile: other }),
      hostLine("wrong-host-key", sshd, { hostKey: { key: readFileSync(`${other}.pub`, "utf8").trim() } }),
      hostLine("refusing", sshd, { port: await freePort() }),
      hostLine("silent", sshd, { port: portOf(silent) }),
      hostLine("other-release", sshd, {}, 'release: "no such release"'),
      hostLine("other-distribution", sshd, {}, "", thisDistribution() === "alpine" ? "pureos" : "alpine"),
    ];
    if (canMount) {
      const full = await startSshd({ inside: smallVar });
      const good = await startSshd({ inside: usable });
      tuned = await startSshd({ inside: tunable });
      servers.push(full, good, tuned);
      for (const { port } of [good, good, tuned]) cables.push(await cableTo(port));
      lines.push(hostLine("full", full));
      const closed = await startSshd({ inside: seeing(`--bind ${passwords(sshd.directory)} /etc/passwd`), user: "nobody" });
      servers.push(closed);
      lines.push(hostLine("no-root", closed));
      const [server, lost, wired] = cables.map(({ port }) => ({ port }));
      const knobs = 'tuning: { profile: stock, knobs: { sysctl.vm.swappiness: "10" } }';
      lines.push(hostLine("server", good, server), hostLine("lost", good, lost), hostLine("tuned", tuned, wired, knobs));
    }
    writeFileSync(
      join(root, `stacks/${stack}.yaml`),
      `version: 1\ntitle: Hosts that cannot be used\npackages: []\nhosts:\n${lines.join("\n")}\n`,
    );
    up = await distrobench("up", stack);
  });

  after(async () => {
    delete process.env.PULUMI_CONTINUE_ON_ERROR;
    for (const cable of cables) await cable.cut();
    silent.close();
    for (const sshd of servers) await sshd.stop();
    forgetStack(stack);
  });

  const cases: readonly (readonly [name: string, what: string, message: RegExp, remedy: RegExp])[] = [
    [
      "wrong-key",
      "with another key",
      /did not let user "\w+" in \(tried: key .*other\)/,
      /check the user's name.*authorized_keys/,
    ],
    ["wrong-host-key", "with another host key", /is not the expected one.*expected: .*shown: /s, /give its new key/],
    ["refusing", "where nothing listens", /127\.0\.0\.1:\d+ refused the connection/, /check the port/],
    ["silent", "that never answers", /no session with 127\.0\.0\.1:\d+ within 15 s/, /check that the host is up/],
    ["other-release", "of another release", /declared as release no such release, but it is /, /declare release: \w+/],
    ["other-distribution", "of another distribution", /declared as \w+, but it is \w+/, /declare distribution: \w+, or give/],
    ["no-root", "without root", /no-root can't be used: .*commands run as root: user id \d+/s, /log in as root, or give become/],
    ["full", "with a full /var", /full can't be used: .*0\.1 GiB free in \/var/s, /free at least 2 GiB in \/var/],
  ];
  for (const [name, what, message, remedy] of cases) {
    const options = ["full", "no-root"].includes(name) ? { skip: skipped } : {};
    it(`${what} end with what is wrong and the remedy, within ${BOUND_SECONDS} s`, options, () => {
      const failed = newestOperations(stack).find((line) => line.name === name && line.operation === "create");
      assert.equal(failed?.outcome, "failed");
      assert.ok(Number(failed?.seconds) < BOUND_SECONDS, `${failed?.seconds} s`);
      const said = closing(up).slice(closing(up).indexOf(`create of Host ${name} failed:\n`));
      const own = said.split(/\ncreate of |\nWhat was done/)[0] ?? "";
      assert.match(own, new RegExp(`^create of Host ${name} failed:\n  ${name}`));
      assert.match(own, message);
      assert.match(own, remedy);
    });
  }

  it("make up fail, without a stack trace, and with what to do next", () => {
    assert.equal(up.code, 1);
    assert.doesNotMatch(up.output, /\n\s+at |a defect of distrobench/);
    assert.match(
      up.output,
      /What was done is kept: run the same command again to go on, or \.\/distrobench destroy \S+ to remove it/,
    );
  });

  it("make destroy fail while they are switched off, with both ways on", { skip: skipped }, async () => {
    const made = newestOperations(stack).filter(({ operation, outcome }) => operation === "create" && outcome === "ok");
    assert.deepEqual(made.flatMap(({ type, name }) => (String(type).endsWith(":Host") ? [name] : [])).sort(), [
      "lost",
      "server",
      "tuned",
    ]);
    assert.equal(onTuned("cat /proc/sys/vm/swappiness"), "10");
    for (const cable of cables) await cable.cut();
    const { code, output } = await distrobench("destroy", stack);
    assert.equal(code, 1, output);
    assert.match(
      output,
      /delete of Packages server failed:\n {2}server: 127\.0\.0\.1:\d+ refused the connection: nothing was undone there/,
    );
    assert.match(
      output,
      /delete of Tuning tuned failed:\n {2}tuned: 127\.0\.0\.1:\d+ refused the connection: nothing was undone/,
    );
    assert.match(output, /destroy zz-bad-hosts goes on\. If server never comes back: .*--gone server/);
    assert.doesNotMatch(output, /\n\s+at /);
  });

  it("are put back and compared by the next destroy when they are there again, and passed over when they are given up", {
    skip: skipped,
  }, async () => {
    for (const index of [0, 2]) await cables[index]?.plug();
    const { code, output } = await distrobench("destroy", stack, "--gone", "lost");
    assert.equal(code, 0, output);
    assert.match(output, /server: (as it was found|\d+ differences from how it was found)/);
    assert.match(output, /tuned: (as it was found|\d+ differences from how it was found)/);
    assert.doesNotMatch(output, /sysctl vm\.swappiness/);
    assert.equal(
      onTuned("cat /proc/sys/vm/swappiness; ls -d /var/lib/distrobench 2>/dev/null || echo no record"),
      "60\nno record",
    );
    assert.match(output, /lost: not compared with how it was found/);
  });
});

/** What stands below Pulumi's own report. */
function closing({ output }: Ended): string {
  return output.slice(output.lastIndexOf("Duration:"));
}

function hostLine(name: string, sshd: Sshd, changed: object = {}, more = "", distribution = thisDistribution()): string {
  const ssh = JSON.stringify({ ...accessTo(sshd), ...changed });
  return `  ${name}: { distribution: ${distribution}, ${more === "" ? "" : `${more}, `}ssh: ${ssh} }`;
}

/** A password file in which nobody may log in. */
function passwords(directory: string): string {
  const file = join(directory, "passwd");
  const lines = readFileSync("/etc/passwd", "utf8").replace(/^(nobody:.*:).*$/m, "$1/bin/sh");
  writeFileSync(file, lines, { mode: 0o644 });
  return file;
}

async function cableTo(target: number): Promise<Cable> {
  const open = new Set<Socket>();
  const join = (from: Socket): void => {
    const to = connect(target, "127.0.0.1");
    for (const socket of [from, to]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => open.delete(socket));
    }
    from.pipe(to).pipe(from);
  };
  let server: Server | undefined = await listen(createServer(join));
  const port = portOf(server);
  return {
    port,
    cut: async () => {
      const last = server;
      server = undefined;
      for (const socket of open) socket.destroy();
      if (last !== undefined) await new Promise((resolve) => last.close(resolve));
    },
    plug: async () => {
      server ??= await listen(createServer(join), port);
    },
  };
}

async function listen(server: Server, port = 0): Promise<Server> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
