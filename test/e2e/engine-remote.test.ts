import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { commandPlugin } from "../../engine/plugins/command/implementation.ts";
import { Archive, Asset, type PropertyMap } from "../../provider/server/index.ts";
import { fakeCall } from "../engine/call.ts";
import { type Sshd, startSshd } from "./engine/sshd.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-remote-"));
const target = join(folder, "target");
const source = join(folder, "source");
let sshd: Sshd;
let connection: Record<string, string | number>;

before(async () => {
  sshd = await startSshd();
  connection = { host: "127.0.0.1", port: sshd.port, user: sshd.user, privateKey: sshd.privateKey, hostKey: sshd.hostKey };
  mkdirSync(join(source, "d/sub"), { recursive: true });
  mkdirSync(join(target, "existing"), { recursive: true });
  for (const name of ["file.txt", "d/one.txt", "d/sub/two.txt"]) writeFileSync(join(source, name), name);
  writeFileSync(join(target, "old.txt"), "old");
});
after(async () => {
  await commandPlugin.cancel?.();
  await sshd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (inputs: PropertyMap, call = fakeCall("command:remote:Command")) =>
  (await commandPlugin.create(call, { connection, ...inputs }, false)).outputs;

describe("remote.Command of the stand-in on a real sshd", () => {
  it("hands on input, output and errors", async () => {
    const { stdout, stderr } = await run({ create: "tr a-z A-Z; echo wrong >&2", stdin: "quiet\n" });
    assert.deepEqual([stdout, stderr], ["QUIET", "wrong"]);
  });

  it("fails with the exit status and the output", async () => {
    await assert.rejects(
      run({ create: "echo almost; exit 4" }),
      /Process exited with status 4: running "echo almost; exit 4":\nalmost/,
    );
  });

  it("sends variables that the server accepts and fails on others without running the command", async () => {
    assert.equal((await run({ create: "echo $ALLOWED", environment: { ALLOWED: "yes" } })).stdout, "yes");
    await assert.rejects(run({ create: `touch ${target}/ran`, environment: { REFUSED: "1" } }), /REFUSED.*AcceptEnv/);
    assert.ok(!existsSync(join(target, "ran")));
  });

  it("only warns when the server refuses the previous output", async () => {
    const call = fakeCall("command:remote:Command");
    const stored = { id: "x", inputs: {}, outputs: { stdout: "before", stderr: "" } };
    const { outputs } = await commandPlugin.update(call, stored, { connection, update: "echo now" }, false);
    assert.equal(outputs.stdout, "now");
    assert.ok(call.lines.some((line) => line.startsWith("warning") && line.includes("PULUMI_COMMAND_STDOUT")));
  });

  it("refuses another host key", async () => {
    const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    await assert.rejects(
      run({ connection: { ...connection, hostKey: other, dialErrorLimit: 0 }, create: "true" }),
      /after 1 failed attempts: .*host/i,
    );
  });

  it("goes through a proxy and says so when it is the proxy that fails", async () => {
    assert.equal((await run({ connection: { ...connection, proxy: connection }, create: "echo through" })).stdout, "through");
    const proxy = { ...connection, privateKey: readFileSync(join(sshd.directory, "host"), "utf8"), dialErrorLimit: 0 };
    await assert.rejects(run({ connection: { ...connection, proxy }, create: "true" }), /proxy: after 1 failed attempts/);
  });

  it("dials again until the limit and tells each try", async () => {
    const silent = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const call = fakeCall("command:remote:Command");
    await assert.rejects(
      run({ connection: { ...connection, port, dialErrorLimit: 2 }, create: "true" }, call),
      /after 3 failed attempts/,
    );
    assert.deepEqual(call.lines, ["info ephemeral: Dial 1/2 failed: retrying", "info ephemeral: Dial 2/2 failed: retrying"]);
    silent.close();
  });
});

describe("remote.CopyToRemote of the stand-in on a real sshd", () => {
  const file = () => new Asset("f", { path: join(source, "file.txt") });
  const copy = async (what: Asset | Archive, path: string) =>
    await commandPlugin.create(
      fakeCall("command:remote:CopyToRemote"),
      { connection, source: what, remotePath: join(target, path) },
      false,
    );
  const content = (path: string) => readFileSync(join(target, path), "utf8");

  const cases: readonly (readonly [title: string, what: () => Asset | Archive, path: string, expected: readonly string[]])[] = [
    ["a file into a folder under its name", file, "existing", ["existing/file.txt"]],
    ["a file to a path whose parents are made", file, "a/b/c.txt", ["a/b/c.txt"]],
    ["a file over a file", file, "old.txt", ["old.txt"]],
    ["a text to a path", () => new Asset("t", { text: "file.txt" }), "t/text", ["t/text"]],
    [
      "a folder under its name",
      () => new Archive("d", { path: join(source, "d") }),
      "folders",
      ["folders/d/one.txt", "folders/d/sub/two.txt"],
    ],
    [
      "a folder's contents when it ends with a slash",
      () => new Archive("d", { path: `${join(source, "d")}/` }),
      "flat",
      ["flat/one.txt", "flat/sub/two.txt"],
    ],
    [
      "each member of an archive below the path",
      () => new Archive("m", { assets: { "x/y": file() } }),
      "members",
      ["members/x/y"],
    ],
  ];
  for (const [title, what, path, expected] of cases)
    it(`copies ${title}`, async () => {
      await copy(what(), path);
      for (const name of expected) assert.match(content(name), /\.txt$/);
    });

  it("refuses a text for a folder and a folder for a file", async () => {
    await assert.rejects(copy(new Asset("t", { text: "x" }), "existing"), /is a folder/);
    await assert.rejects(copy(new Archive("d", { path: join(source, "d") }), "old.txt"), /is a file/);
  });

  it("copies again only for another hash or path", async () => {
    const update = async (hash: string) => {
      const inputs = { connection, source: new Asset("h", "elided"), remotePath: join(target, "hash") };
      const news = { ...inputs, connection: { ...connection, dialErrorLimit: 3 }, source: new Asset(hash, { text: "new" }) };
      await commandPlugin.update(fakeCall("command:remote:CopyToRemote"), { id: "x", inputs, outputs: inputs }, news, false);
      return existsSync(join(target, "hash"));
    };
    assert.equal(await update("h"), false);
    assert.equal(await update("other"), true);
  });
});
