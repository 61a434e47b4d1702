import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, type RunOptions, type Shell, sh, type Transport } from "../../hosts/index.ts";
import { takeInventory } from "../../hosts/inventory/index.ts";

/** What every transport promises, of brief commands too; the host has to share this machine's files and processes. */
export function transportContract(name: string, get: () => Promise<Transport>): void {
  contract(name, get);
  contract(`${name}, brief`, async () => allBrief(await get()));
}

/** Where the connection's own shell is free: what takes standard input, and what runs beside another, has a shell of its own. */
function allBrief(transport: Transport): Transport {
  return new Proxy(transport, {
    get: (target, key) => {
      if (key === "run") return (script: Shell, options?: RunOptions) => target.run(script, { ...options, brief: true });
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function contract(name: string, get: () => Promise<Transport>): void {
  describe(`transport contract: ${name}`, { concurrency: false }, () => {
    const directory = mkdtempSync(join(tmpdir(), "distrobench-contract-"));
    after(() => rmSync(directory, { recursive: true, force: true }));
    const failure = async (promise: Promise<unknown>): Promise<CommandError> => {
      const error: unknown = await promise.then(
        () => assert.fail("it succeeded"),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof CommandError, String(error));
      return error;
    };

    test("returns exit code, both outputs and the time", async () => {
      const result = await (await get()).run(sh`echo out; echo err >&2; sleep 0.1`);
      assert.equal(result.stdout, "out\n");
      assert.equal(result.stderr, "err\n");
      assert.equal(result.exitCode, 0);
      assert.ok(result.seconds >= 0.1);
    });

    test("quotes what comes from outside", async () => {
      const nasty = `a'b"c $(touch ${directory}/pwned) \`x\` \\ \n *`;
      assert.equal((await (await get()).run(sh`printf %s ${nasty}`)).stdout, nasty);
    });

    test("rejects on an exit code that is not accepted, with the shape of a result", async () => {
      const error = await failure((await get()).run(sh`echo kept; echo why >&2; exit 3`));
      assert.deepEqual([error.failure, error.exitCode, error.stdout, error.stderr], ["exit", 3, "kept\n", "why\n"]);
      assert.match(error.message, /exit code 3.*\nwhy/s);
    });

    test("accepts the exit codes it is told to", async () => {
      const transport = await get();
      assert.equal((await transport.run(sh`exit 3`, { accept: [0, 3] })).exitCode, 3);
      assert.equal((await transport.run(sh`exit 77`, { accept: "any" })).exitCode, 77);
    });

    test("passes standard input through byte for byte", async () => {
      const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 256));
      const received: Uint8Array[] = [];
      await (await get()).run(sh`cat`, { stdin: bytes, onStdout: (chunk) => received.push(chunk), collect: false });
      assert.ok(Buffer.concat(received).equals(bytes));
    });

    test("connects to a port of the host's own, and says so when nobody listens", async () => {
      const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const stream = await (await get()).connect(port);
      stream.end("there and back");
      assert.equal(await text(stream), "there and back");
      server.close();
      await assert.rejects((await get()).connect(port));
    });

    test("takes a stream as standard input", async () => {
      const result = await (await get()).run(sh`wc -c`, { stdin: Readable.from([Buffer.alloc(70_000), Buffer.alloc(5)]) });
      assert.equal(result.stdout.trim(), "70005");
    });

    test("gives a command an empty standard input otherwise", async () => {
      assert.equal((await (await get()).run(sh`cat; echo end`)).stdout, "end\n");
    });

    test("keeps the last 4 MiB of an output without end", async () => {
      const result = await (await get()).run(sh`head -c 6000000 /dev/zero | tr '\\0' x; echo last`);
      assert.equal(result.stdout.length, 4 * 1024 * 1024);
      assert.ok(result.stdout.endsWith("xlast\n"));
    });

    test("runs a script longer than one argument may be", async () => {
      const result = await (await get()).run(sh`x=${"y".repeat(200_000)}; echo "\${#x}"`);
      assert.equal(result.stdout, "200000\n");
    });

    test("does not let standard input be seen among the processes", async () => {
      const seen: string[] = [];
      const result = await (await get()).run(sh`read -r secret; echo "\${#secret}"; sleep 0.2`, {
        stdin: "s3cret-on-stdin\n",
        onStdout: () => seen.push(...commandLines()),
      });
      assert.equal(result.stdout, "15\n");
      assert.ok(seen.some((line) => line.includes("read -r secret")));
      assert.ok(!seen.some((line) => line.includes("s3cret-on-stdin")));
    });

    test("is not told by an inventory, with all that runs over it", async () => {
      const transport = await get();
      const mark = `inventory-${Math.floor(Math.random() * 1e6)}`;
      const running = transport.run(sh`: distrobench ${mark}; sleep 3`, { accept: "any" });
      const { processes = {} } = await takeInventory(transport);
      const seen = commandLines().filter((line) => line.includes(mark));
      const told = Object.keys(processes).filter((line) => line.includes(mark) || line.includes("/proc/$$/stat"));
      await running;
      assert.ok(seen.length > 0);
      assert.deepEqual(told, []);
    });

    test("writes a file atomically with mode, and reads it back", async () => {
      const transport = await get();
      const path = join(directory, "deep/er/file with space");
      const bytes = Buffer.from([0, 255, 10, 13, 0]);
      await transport.write("first", { path, mode: 0o600 });
      await transport.write(bytes, { path, mode: 0o640 });
      assert.ok((await transport.read(path)).equals(bytes));
      assert.equal(statSync(path).mode & 0o777, 0o640);
      assert.equal((await transport.run(sh`ls ${join(directory, "deep/er")}`)).stdout, "file with space\n");
    });

    test("rejects the reading of a file that is not there", async () => {
      assert.match((await failure((await get()).read(join(directory, "none")))).message, /No such file/);
    });

    test("ends the whole process group on abort within two seconds", async () => {
      const transport = await get();
      const mark = `31${Math.floor(Math.random() * 1e6)}`;
      const controller = new AbortController();
      const promise = failure(
        transport.run(sh`trap '' TERM; (sleep ${mark} & sleep ${mark}) & echo started; sleep ${mark}`, {
          signal: controller.signal,
          onStdout: () => controller.abort(),
        }),
      );
      const error = await promise;
      assert.equal(error.failure, "aborted");
      await sleep(300);
      assert.equal((await transport.run(sh`grep -lza ${`^${mark}$`} /proc/[0-9]*/cmdline`, { accept: "any" })).stdout, "");
      assert.ok(error.seconds < 2.5, `${error.seconds} s`);
    });

    test("never starts a command whose signal is aborted already", async () => {
      const file = join(directory, "never");
      const error = await failure((await get()).run(sh`sleep 0.3; touch ${file}`, { signal: AbortSignal.abort() }));
      assert.equal(error.failure, "aborted");
      await sleep(500);
      assert.throws(() => statSync(file));
    });

    test("rejects after the time-out", async () => {
      const error = await failure((await get()).run(sh`sleep 20`, { timeoutSeconds: 0.3 }));
      assert.equal(error.failure, "timeout");
      assert.ok(error.seconds < 2.5);
    });

    test("does not wait for what a command leaves in the background", async () => {
      const result = await (await get()).run(sh`sleep 20 & echo done`);
      assert.equal(result.stdout, "done\n");
      assert.ok(result.seconds < 5, `${result.seconds} s`);
    });

    test("talks to a program that stays", async () => {
      const process = await (await get()).start(sh`while read -r line; do echo "got $line"; done; exit 4`);
      process.stdin.write("one\n");
      process.stdin.write("two\n");
      process.stdin.end();
      assert.equal(await text(process.stdout), "got one\ngot two\n");
      assert.equal((await process.ended).exitCode, 4);
    });

    test("kills a program that stays", async () => {
      const process = await (await get()).start(sh`sleep 60 | sleep 60`);
      const before = performance.now();
      await process.kill();
      assert.ok(performance.now() - before < 2500);
    });

    test("runs twelve commands at once, and counts them", async () => {
      const transport = await get();
      const before = transport.statistics;
      const results = await Promise.all(Array.from({ length: 12 }, (_, n) => transport.run(sh`echo ${n}`)));
      assert.deepEqual(
        results.map((result) => result.stdout.trim()),
        Array.from({ length: 12 }, (_, n) => String(n)),
      );
      assert.equal(transport.statistics.commands - before.commands, 12);
      assert.equal(transport.statistics.handshakes, before.handshakes);
    });
  });
}

function commandLines(): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, "latin1")];
    } catch {
      return [];
    }
  });
}
