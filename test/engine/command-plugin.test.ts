import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { globToRegExp } from "../../engine/plugins/command/glob.ts";
import { commandPlugin } from "../../engine/plugins/command/implementation.ts";
import { Asset, type PropertyMap, Secret, UNKNOWN } from "../../provider/server/index.ts";
import { fakeCall } from "./call.ts";

const local = "command:local:Command";
const remote = "command:remote:Command";
const scratch = mkdtempSync(join(tmpdir(), "distrobench-command-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const check = async (type: string, news: PropertyMap) => await commandPlugin.check(fakeCall(type), {}, news);
const create = async (news: PropertyMap) => await commandPlugin.create(fakeCall(local), news, false);
const stored = (inputs: PropertyMap, outputs: PropertyMap = {}) => ({ id: "thing1", inputs, outputs: { ...inputs, ...outputs } });
const diff = async (olds: PropertyMap, news: PropertyMap) => await commandPlugin.diff(fakeCall(local), stored(olds), news);

describe("check of the command stand-in", () => {
  it("fills in the connection's defaults and marks it secret", async () => {
    const { inputs, failures } = await check(remote, { connection: { host: "h", proxy: { host: "p" } }, create: "true" });
    assert.deepEqual(failures, []);
    assert.ok(inputs.connection instanceof Secret);
    const defaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
    assert.deepEqual(inputs.connection.value, { ...defaults, host: "h", proxy: { ...defaults, host: "p" } });
  });

  it("refuses unknown and wrongly typed properties by their path", async () => {
    const { failures } = await check(remote, { connection: { host: "h", port: "22" }, creat: "true" });
    assert.deepEqual(failures.map(({ property }) => property).sort(), ["connection.port", "creat"]);
    assert.ok(failures.some(({ reason }) => reason.includes('"creat"')));
  });

  it("accepts what is not known yet", async () => {
    assert.deepEqual((await check(remote, { connection: UNKNOWN, create: UNKNOWN })).failures, []);
    assert.deepEqual((await check(remote, { connection: { host: UNKNOWN }, environment: { A: UNKNOWN } })).failures, []);
  });

  it("wants exactly an asset or an archive to copy", async () => {
    const copy = async (source: PropertyMap[string]) =>
      (await check("command:remote:CopyToRemote", { connection: { host: "h" }, remotePath: "/x", source })).failures.length;
    assert.equal(await copy(new Asset("1", { text: "a" })), 0);
    assert.equal(await copy(UNKNOWN), 0);
    assert.equal(await copy("file"), 1);
  });
});

describe("diff of the command stand-in", () => {
  it("replaces on a change of triggers as a whole and updates on everything else", async () => {
    assert.deepEqual(await diff({ triggers: [1] }, {}), {
      changes: "some",
      detailed: { triggers: { kind: "delete-replace", inputDiff: true } },
      replaces: ["triggers"],
    });
    assert.deepEqual(await diff({ triggers: [1] }, { triggers: [2] }), {
      changes: "some",
      detailed: { "triggers[0]": { kind: "update", inputDiff: true } },
    });
    assert.deepEqual(await diff({ create: "a" }, { create: "b" }), {
      changes: "some",
      detailed: { create: { kind: "update", inputDiff: true } },
    });
  });

  it("does not count secret marks, internal keys and version", async () => {
    assert.equal((await diff({ create: "a", __defaults: [] }, { create: new Secret("a"), version: "1" })).changes, "none");
  });
});

describe("local.Command of the stand-in", () => {
  it("runs nothing in a preview and leaves the output unknown and unmarked", async () => {
    const { outputs } = await commandPlugin.create(
      fakeCall(local),
      { create: `touch ${scratch}/preview`, stdin: new Secret("s") },
      true,
    );
    assert.equal(outputs.stdout, UNKNOWN);
    assert.equal(outputs.stderr, UNKNOWN);
    assert.ok(outputs.stdin instanceof Secret);
  });

  it("trims one trailing newline and no more", async () => {
    assert.equal((await create({ create: "printf 'a\\n\\n'" })).outputs.stdout, "a\n");
  });

  it("runs create again when there is no update, and keeps the old output when there is neither", async () => {
    const update = async (news: PropertyMap) =>
      (await commandPlugin.update(fakeCall(local), stored({}, { stdout: "old", stderr: "" }), news, false)).outputs.stdout;
    assert.equal(await update({ create: "echo created" }), "created");
    assert.equal(await update({ create: "echo created", update: "echo updated" }), "updated");
    assert.equal(await update({ environment: { A: "b" } }), "old");
  });

  it("hands the previous output on only when it is not empty and not switched off", async () => {
    const seen = async (news: PropertyMap, outputs: PropertyMap) =>
      (
        await commandPlugin.update(
          fakeCall(local),
          stored({}, outputs),
          { update: "env | grep -c ^PULUMI_COMMAND_ || true", ...news },
          false,
        )
      ).outputs.stdout;
    assert.equal(await seen({}, { stdout: "a", stderr: "b" }), "2");
    assert.equal(await seen({}, { stdout: "a", stderr: "" }), "1");
    assert.equal(await seen({ addPreviousOutputInEnv: false }, { stdout: "a", stderr: "b" }), "0");
  });

  it("fails with the exit status and everything that was printed", async () => {
    await assert.rejects(
      create({ create: "echo out; echo err >&2; exit 3" }),
      /^Error: exit status 3: running "echo out.*":\nout\nerr\n$/s,
    );
  });

  it("deletes with what is stored", async () => {
    writeFileSync(join(scratch, "doomed"), "");
    await commandPlugin.delete?.(fakeCall(local), stored({ delete: `rm ${scratch}/doomed` }, { stdout: "", stderr: "" }));
    assert.throws(() => rmSync(join(scratch, "doomed")));
  });

  it("kills the command when the call is aborted", async () => {
    const started = performance.now();
    await assert.rejects(
      commandPlugin.create(fakeCall(local, AbortSignal.timeout(100)), { create: "exec sleep 30" }, false),
      /signal: SIGKILL/,
    );
    assert.ok(performance.now() - started < 5000);
  });

  it("logs the lines that `logging` asks for", async () => {
    const logged = async (logging: string) => {
      const call = fakeCall(local);
      await commandPlugin.create(call, { create: "echo out; echo err >&2", logging }, false);
      return call.lines.sort();
    };
    assert.deepEqual(await logged("stdoutAndStderr"), ["info ephemeral: err", "info ephemeral: out"]);
    assert.deepEqual(await logged("stderr"), ["info ephemeral: err"]);
    assert.deepEqual(await logged("none"), []);
  });

  it("collects assets by glob rules in order", async () => {
    const dir = join(scratch, "assets");
    mkdirSync(join(dir, "sub"), { recursive: true });
    for (const name of ["a.txt", "b.txt", "sub/c.txt"]) writeFileSync(join(dir, name), name);
    const paths = async (...assetPaths: string[]) =>
      Object.keys((await create({ create: "true", dir, assetPaths })).outputs.assets ?? {});
    assert.deepEqual(await paths("*.txt"), ["a.txt", "b.txt"]);
    assert.deepEqual(await paths("**.txt", "!b*"), ["a.txt", "sub/c.txt"]);
  });

  it("answers the function local:run", async () => {
    const { result, failures } =
      (await commandPlugin.invoke?.("command:local:run", { command: "echo $A", environment: { A: "b" } })) ?? {};
    assert.deepEqual(failures, []);
    assert.equal(result?.stdout, "b");
  });
});

describe("glob patterns", () => {
  for (const [pattern, path, matches] of [
    ["*.js", "a.js", true],
    ["*.js", "a/b.js", false],
    ["**/*.js", "a/b/c.js", true],
    ["{a,b}.[!x]", "b.y", true],
    ["{a,b}.[!x]", "b.x", false],
    ["a?c", "a/c", false],
    ["a.c", "abc", false],
  ] as const)
    it(`${pattern} ${matches ? "matches" : "does not match"} ${path}`, () =>
      assert.equal(globToRegExp(pattern).test(path), matches));
});
