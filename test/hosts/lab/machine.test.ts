import assert from "node:assert/strict";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ConnectionError, UserError } from "../../../hosts/index.ts";
import { makePrivateDirectory } from "../../../hosts/lab/arrangement.ts";
import { consoleTail } from "../../../hosts/lab/boot.ts";
import { labConnection, listMachines, removeMachine } from "../../../hosts/lab/index.ts";
import { sshConfig } from "../../../hosts/lab/keys.ts";
import { type MachineRecord, parseMachine, readMachine, writeMachine } from "../../../hosts/lab/machine-file.ts";
import { withQmp } from "../../../hosts/lab/qmp.ts";
import { golden } from "../../golden.ts";

const record: MachineRecord = {
  version: 1,
  uuid: "3f1c1c1e-0000-4000-8000-00000000000a",
  inputs: {
    name: "debian-13",
    directory: ".distrobench/lab/quickstart/debian-13",
    distribution: "debian",
    release: "trixie",
    cpus: 2,
    memoryMiB: 2048,
    diskGiB: 8,
    accelerator: "auto",
    packages: ["git"],
    state: "running",
  },
  accelerator: "tcg",
  diskDigest: "ab",
  hostKey: "ssh-ed25519 AAAA",
  running: { process: { pid: 1, startTime: "0", bootId: "an earlier boot" }, port: 40123 },
};

describe("a machine's directory", () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "lab-test-"));
    await makePrivateDirectory(join(root, record.inputs.directory));
    await writeMachine(join(root, record.inputs.directory), record);
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("is entered by its owner only, and so is the record", async () => {
    assert.equal((await stat(join(root, record.inputs.directory))).mode & 0o777, 0o700);
    assert.equal((await stat(join(root, record.inputs.directory, "machine.json"))).mode & 0o777, 0o600);
  });

  it("gives back the record that was written", async () => {
    assert.deepEqual(await readMachine(join(root, record.inputs.directory)), record);
  });

  it("is listed as stopped when its process is of an earlier boot, though that number runs", async () => {
    const listed = [{ name: "debian-13", directory: record.inputs.directory, running: false }];
    assert.deepEqual(await listMachines(root, "quickstart"), listed);
    assert.deepEqual(await listMachines(root, "other"), []);
  });

  it("gives no connection while the machine is stopped", async () => {
    const stopped = (error: unknown): boolean => error instanceof ConnectionError && error.failure === "machine-stopped";
    await assert.rejects(labConnection(root, record.inputs.directory), stopped);
    await assert.rejects(labConnection(root, ".distrobench/lab/nowhere"), stopped);
  });

  it("has to be inside .distrobench, since it is removed as a whole", async () => {
    for (const outside of [".", "..", "/", ".distrobench", ".distrobench/../results"])
      await assert.rejects(removeMachine(root, outside), UserError);
  });

  it("that a killed run left without a record is listed too", async () => {
    await makePrivateDirectory(join(root, ".distrobench/lab/half/made"));
    assert.deepEqual(await listMachines(root, "half"), [
      { name: "made", directory: ".distrobench/lab/half/made", running: false },
    ]);
  });

  it("is removed, twice without complaint", async () => {
    await removeMachine(root, record.inputs.directory);
    await removeMachine(root, record.inputs.directory);
    assert.equal(await readMachine(join(root, record.inputs.directory)), undefined);
  });
});

describe("a machine's record", () => {
  it("that can't be understood is a user's error with the file's name", () => {
    for (const text of ["{", "{}", JSON.stringify({ ...record, version: 2 })])
      assert.throws(
        () => parseMachine(text, "/x/machine.json"),
        (error) => error instanceof UserError && error.message.includes("/x/machine.json"),
      );
  });
});

describe("the ssh_config file", () => {
  it("names absolute paths and checks the host's key", () => {
    golden("hosts/lab/ssh_config", sshConfig("/home/a user/100%", { name: "debian-13", port: 40123 }));
  });
});

describe("the console's last lines", () => {
  it("are readable", () => {
    const text = "\u001b[!p\u001b]104\u0007\u001b[?7hLoading\r\n\r\n[   10.6] Kernel panic - not syncing\r\n";
    assert.match(consoleTail(text), /Loading\n\[ {3}10\.6\] Kernel panic - not syncing$/);
    assert.equal(consoleTail("\r\n"), "(nothing)");
  });
});

describe("a QMP session", () => {
  const serve = async (directory: string, answers: readonly string[]) => {
    const server = createServer((socket) => {
      const rest = [...answers];
      socket.write('{"QMP": {"version": {}}}\r\n');
      socket.on("data", () => socket.write(rest.shift() ?? ""));
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(join(directory, "s"), resolve));
    return server;
  };
  const ok = '{"return": {}}\r\n';

  for (const [title, answers, expected] of [
    ["gives an answer and passes over events", [ok, '{"event": "RESUME"}\r\n{"return": 7}\r\n'], 7],
    ["rejects with QEMU's own words", [ok, '{"error": {"class": "GenericError", "desc": "no such thing"}}\r\n'], /no such thing/],
    ["rejects when QEMU stays silent", [ok], /no answer from QEMU for 0.2 s/],
    ["rejects what is not understood", [ok, "nonsense\r\n"], /not understood/],
  ] as const)
    it(title, async () => {
      const directory = await mkdtemp(join(tmpdir(), "lab-qmp-"));
      const server = await serve(directory, answers);
      try {
        const asked = withQmp(directory, "s", 0.2, (session) => session.execute("query"));
        await (typeof expected === "number"
          ? asked.then((value) => assert.equal(value, expected))
          : assert.rejects(asked, expected));
      } finally {
        server.close();
        await rm(directory, { recursive: true });
      }
    });
});
