import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, ConnectionError, connectionSchema, sh } from "../../hosts/index.ts";
import { createSshPool } from "../../hosts/ssh-pool.ts";
import { transportContract } from "../hosts/transport-contract.ts";
import { freePort, type Sshd, startSshd } from "../lab/sshd.ts";

let sshd: Sshd;
const directory = mkdtempSync(join(tmpdir(), "distrobench-pool-"));
const pools: { close(): Promise<void> }[] = [];

before(async () => {
  sshd = await startSshd();
});
after(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await sshd.stop();
  rmSync(directory, { recursive: true, force: true });
});

function pool(options: { readonly dialSeconds?: number } = {}) {
  const made = createSshPool({ root: directory, ...options });
  pools.push(made);
  return made;
}

function connection(changes: Record<string, unknown> = {}): Connection {
  return connectionSchema.parse({
    kind: "ssh",
    host: "box",
    address: "127.0.0.1",
    port: sshd.port,
    user: sshd.user,
    privateKeyFile: sshd.privateKeyFile,
    hostKey: { key: sshd.hostKey },
    ...changes,
  });
}

async function refusal(changes: Record<string, unknown>): Promise<ConnectionError> {
  const error: unknown = await pool()
    .transport(connection(changes))
    .then(
      () => assert.fail("it connected"),
      (reason: unknown) => reason,
    );
  assert.ok(error instanceof ConnectionError, String(error));
  return error;
}

let shared: ReturnType<typeof pool> | undefined;
transportContract("a real sshd", async () => {
  shared ??= pool();
  return await shared.transport(connection());
});

describe("SSH pool", () => {
  test("runs ten commands at once over one handshake", async () => {
    const own = pool();
    const before = sshd.log().split("Accepted publickey").length;
    const transports = await Promise.all(Array.from({ length: 10 }, () => own.transport(connection())));
    await Promise.all(transports.map((transport, n) => transport.run(sh`sleep 0.2; echo ${n}`)));
    assert.equal(own.statistics().box?.handshakes, 1);
    assert.equal(sshd.log().split("Accepted publickey").length - before, 1);
  });

  test("asks for no session of its own to run a brief command, unless another runs", async () => {
    const transport = await pool().transport(connection());
    const sessions = () => sshd.log().split("Starting session: command").length;
    const before = sessions();
    for (const word of ["one", "two"]) assert.equal((await transport.run(sh`echo ${word}`, { brief: true })).stdout, `${word}\n`);
    assert.equal(sessions() - before, 0);
    const both = await Promise.all(
      [0.3, 0].map((seconds) => transport.run(sh`sleep ${seconds}; echo ${seconds}`, { brief: true })),
    );
    assert.deepEqual(
      both.map(({ stdout }) => stdout),
      ["0.3\n", "0\n"],
    );
    assert.equal(sessions() - before, 1);
  });

  test("gives a brief command the account's umask, default signals, a process group of its own and no standard input", async () => {
    const transport = await pool().transport(connection());
    const script = sh`umask; grep SigIgn /proc/$$/status; read -r P _ _ _ G _ </proc/$$/stat; [ "$P" = "$G" ] && echo own; cat`;
    const [brief, other] = [await transport.run(script, { brief: true }), await transport.run(script)];
    const [umask, ignored = "", own, ...rest] = brief.stdout.split("\n");
    assert.deepEqual([umask, own, rest], [other.stdout.split("\n")[0], "own", [""]]);
    const SIGINT_AND_SIGQUIT = 0b110n;
    assert.equal(BigInt(`0x${ignored.replace(/\D*/, "")}`) & ~SIGINT_AND_SIGQUIT, 0n, ignored);
  });

  test("does a brief command again on a new connection when the old one is lost under it, and no other command", async () => {
    const own = pool();
    const transport = await own.transport(connection());
    const server = Number((await transport.run(sh`read -r _ _ _ P _ </proc/$$/stat; echo "$P"`)).stdout);
    const begun = join(directory, "begun");
    const brief = transport.run(sh`echo . >>${begun}; sleep 0.5; echo end`, { brief: true });
    const other = transport.run(sh`sleep 0.5; echo end`);
    await Promise.all([
      sleep(200).then(() => process.kill(server, "SIGKILL")),
      assert.rejects(other, { failure: "connection-lost" }),
    ]);
    assert.equal((await brief).stdout, "end\n");
    assert.equal(readFileSync(begun, "utf8"), ".\n.\n");
    assert.equal(own.statistics().box?.handshakes, 2);
  });

  test("connects again when an idle connection died, and counts the handshake", async () => {
    const own = pool();
    const transport = await own.transport(connection());
    const session = (await transport.run(sh`read -r _ _ _ P _ </proc/$$/stat; echo "$P"`)).stdout.trim();
    process.kill(Number(session), "SIGKILL");
    await sleep(200);
    assert.equal((await transport.run(sh`echo again`)).stdout, "again\n");
    assert.equal(own.statistics().box?.handshakes, 2);
  });

  test("tells when the connection is lost under a running command", async () => {
    const transport = await pool().transport(connection());
    await assert.rejects(transport.run(sh`read -r _ _ _ P _ </proc/$$/stat; kill -9 "$P"; sleep 30`), {
      failure: "connection-lost",
    });
  });

  test("leaves no process behind when the controller is killed", async () => {
    const mark = `32${Math.floor(Math.random() * 1e6)}`;
    const script = join(directory, "client.mts");
    const here = import.meta.dirname;
    writeFileSync(
      script,
      `import { createSshPool } from ${JSON.stringify(join(here, "../../hosts/ssh-pool.ts"))};
import { sh } from ${JSON.stringify(join(here, "../../hosts/index.ts"))};
const transport = await createSshPool({ root: "/" }).transport(${JSON.stringify(connection())});
await transport.run(sh\`(sleep ${mark} & sleep ${mark}) & echo ready; sleep ${mark}\`, { onStdout: (chunk) => process.stdout.write(chunk) });`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", script], {
      cwd: join(here, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const transport = await pool().transport(connection());
    const count = async () =>
      (await transport.run(sh`grep -lza ${`^${mark}$`} /proc/[0-9]*/cmdline | wc -l`, { accept: "any" })).stdout.trim();
    assert.equal(await count(), "3");
    child.kill("SIGKILL");
    await sleep(2000);
    assert.equal(await count(), "0");
  });

  test("goes through a chain of bastions", async () => {
    const hop = {
      address: "127.0.0.1",
      port: sshd.port,
      user: sshd.user,
      privateKeyFile: sshd.privateKeyFile,
      hostKey: { key: sshd.hostKey },
    };
    const transport = await pool().transport(connection({ bastions: [hop, hop] }));
    assert.equal((await transport.run(sh`echo through`)).stdout, "through\n");
  });

  test("accepts a host key from a known_hosts file, hashed too", async () => {
    const file = join(directory, "known_hosts");
    writeFileSync(file, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    await pool().transport(connection({ hostKey: { knownHosts: file } }));
    const { execFileSync } = await import("node:child_process");
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    assert.match(readFileSync(file, "utf8"), /^\|1\|/);
    await pool().transport(connection({ hostKey: { knownHosts: file } }));
  });
});

describe("a connection that can't be had", () => {
  test("names user and means when the key is wrong", async () => {
    const { execFileSync } = await import("node:child_process");
    const wrong = join(directory, "wrong");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", wrong]);
    const error = await refusal({ privateKeyFile: wrong });
    assert.equal(error.failure, "authentication");
    assert.match(error.message, new RegExp(`user "${sshd.user}".*key ${wrong}`));
  });

  test("never shows a key that can't be parsed", async () => {
    const error = await refusal({ privateKeyFile: undefined, privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRETTEXT\n" });
    assert.equal(error.failure, "authentication");
    assert.doesNotMatch(`${error.message}${error.stack}`, /SECRETTEXT/);
  });

  test("shows both fingerprints when the host key is another", async () => {
    const other = readFileSync(join(sshd.directory, "client.pub"), "utf8").split(" ").slice(0, 2).join(" ");
    const error = await refusal({ hostKey: { key: other } });
    assert.equal(error.failure, "host-key");
    assert.equal(error.message.match(/SHA256:/g)?.length, 2);
  });

  test("says how to check an unknown host key", async () => {
    const error = await refusal({ hostKey: { knownHosts: join(directory, "empty") } });
    assert.equal(error.failure, "host-key");
    assert.match(error.remedy ?? "", /ssh-keygen -lf/);
  });

  test("says that a port refuses", async () => {
    const error = await refusal({ port: await freePort() });
    assert.equal(error.failure, "unreachable");
    assert.match(error.message, /refused the connection/);
  });

  test("says that what listens speaks no SSH", async () => {
    const web = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    const address = web.address();
    assert.ok(address !== null && typeof address === "object");
    const error = await refusal({ port: address.port });
    web.close();
    assert.match(error.message, /no session with 127\.0\.0\.1:\d+: /);
    assert.match(error.remedy ?? "", /check that an SSH server listens on this port/);
  });

  test("gives up a dial after the stated time, and does not ask such a host again at once", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    assert.ok(address !== null && typeof address === "object");
    const before = performance.now();
    const both = pool({ dialSeconds: 2 });
    const error: unknown = await both.transport(connection({ port: address.port })).catch((reason: unknown) => reason);
    await assert.rejects(both.transport(connection({ port: address.port })));
    silent.close();
    assert.ok(error instanceof ConnectionError);
    assert.equal(error.failure, "timeout");
    assert.match(error.message, /within 2 s/);
    assert.ok(performance.now() - before < 4000);
  });

  test("is told by name when the name is not known", async () => {
    assert.match((await refusal({ address: "no-such-host.invalid" })).message, /no-such-host\.invalid/);
  });
});
