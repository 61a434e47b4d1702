import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CommandError } from "../../hosts/errors.ts";
import { filesHandler } from "../../hosts/files/handler.ts";
import { restoreFiles } from "../../hosts/files/recover.ts";
import type { FilesInputs, FilesOutputs } from "../../hosts/files/schema.ts";
import type { OperationContext, Stored } from "../../hosts/operation.ts";
import type { Transport } from "../../hosts/transport.ts";
import { attributesOf, noAttributes, setAttributes } from "../file-attributes.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const owner = execFileSync("sh", ["-c", "printf %s:%s $(id -un) $(id -gn)"], { encoding: "utf8" });

interface Box {
  readonly context: OperationContext;
  readonly warnings: string[];
  readonly commands: string[];
  path(name: string): string;
  inputs(files: Readonly<Record<string, readonly [content: string, mode: string]>>): FilesInputs;
}

let boxes = 0;
/** A host that is a folder, reached through a shell of this machine; its record lies in the folder too. */
function box(shell: readonly string[], stack = "demo", at = join(folder, `box${boxes++}`)): Box {
  mkdirSync(join(at, "etc"), { recursive: true });
  const warnings: string[] = [];
  const commands: string[] = [];
  const place = (text: string) => text.replaceAll("/var/lib/distrobench", join(at, "lib"));
  const run: Transport["run"] = async (script, options = {}) => {
    commands.push(script.toString());
    const [command = "sh", ...words] = shell;
    const input = typeof options.stdin === "string" ? place(options.stdin) : "";
    const ended = spawnSync(command, [...words, "-c", place(script.toString())], { input, encoding: "utf8" });
    const result = {
      command: script.toString(),
      host: "box",
      exitCode: ended.status,
      stdout: ended.stdout,
      stderr: ended.stderr,
      seconds: 0,
    };
    options.onStdout?.(Buffer.from(ended.stdout));
    if (ended.status !== 0) throw new CommandError(result, "exit");
    return result;
  };
  const context = {
    ...{ urn: "", root: at, stack, signal: new AbortController().signal, progress() {}, info() {} },
    warn: (message: string) => void warnings.push(message),
    transport: async () => ({ host: "box", run }) as unknown as Transport,
    exclusive: (_machine: string, work: () => Promise<unknown>) => work(),
  } as OperationContext;
  const path = (name: string) => join(at, "etc", name);
  const inputs: Box["inputs"] = (files) => ({
    ...{ host: "box", connection: { kind: "local", host: "box" }, phase: "before-packages" },
    files: Object.fromEntries(
      Object.entries(files).map(([name, [content, mode]]) => [
        path(name),
        { mode, owner, sha256: createHash("sha256").update(content).digest("hex") },
      ]),
    ),
    contents: Object.fromEntries(
      Object.entries(files).map(([name, [content]]) => [path(name), Buffer.from(content).toString("base64")]),
    ),
  });
  return { context, warnings, commands, path, inputs };
}

async function create({ context }: Box, inputs: FilesInputs): Promise<Stored<FilesInputs, FilesOutputs>> {
  return { inputs, ...(await filesHandler.create(context, inputs)) };
}

const modeOf = (file: string) => (statSync(file).mode & 0o7777).toString(8);
const busybox = spawnSync("busybox", ["true"]).status === 0;
const shells: Readonly<Record<string, readonly string[]>> = {
  sh: ["sh"],
  ...(busybox ? { "busybox ash": ["busybox", "ash"] } : {}),
};

for (const [name, shell] of Object.entries(shells))
  describe(`files of the user's, over ${name}`, () => {
    it("are put back by the host's own record alone, phase by phase; what somebody else changed only when forced", async () => {
      const one = box(shell);
      writeFileSync(one.path("first"), "before\n");
      const early = one.inputs({ first: ["a\n", "600"], "new/second": ["b\n", "644"] });
      await create(one, early);
      await create(one, { ...one.inputs({ "new/third": ["c\n", "644"] }), phase: "after-packages" });
      writeFileSync(one.path("new/second"), "by hand\n");
      const recover = async (force: boolean, owner = "demo/box") =>
        await restoreFiles(await one.context.transport(early.connection), { owner, force, signal: one.context.signal });
      assert.deepEqual(await recover(true, "other/box"), { restored: 0, conflicts: [], others: ["demo/box"] });
      assert.deepEqual(await recover(false), { restored: 2, conflicts: [one.path("new/second")], others: [] });
      assert.equal(readFileSync(one.path("first"), "utf8"), "before\n");
      assert.deepEqual(await recover(true), { restored: 1, conflicts: [], others: [] });
      assert.deepEqual([readdirSync(one.path(".")), readdirSync(one.path(".."))], [["first"], ["etc"]]);
    });

    it("are written with mode and owner, and put back byte for byte; absent stays absent, with its folders", async () => {
      const one = box(shell);
      const odd = Buffer.from([0, 255, 10, 13, 10, 0]);
      writeFileSync(one.path("there"), odd);
      chmodSync(one.path("there"), 0o4640);
      const stored = await create(one, one.inputs({ there: ["new\n", "600"], "a b/c/new $x": ["it's\n", "644"] }));
      assert.deepEqual([readFileSync(one.path("there"), "utf8"), modeOf(one.path("there"))], ["new\n", "600"]);
      assert.deepEqual([readFileSync(one.path("a b/c/new $x"), "utf8"), modeOf(one.path("a b/c/new $x"))], ["it's\n", "644"]);
      await filesHandler.delete(one.context, stored);
      assert.deepEqual([readFileSync(one.path("there")), modeOf(one.path("there"))], [odd, "4640"]);
      assert.deepEqual(readdirSync(one.path("..")), ["etc"]);
      assert.deepEqual(readdirSync(one.path(".")), ["there"]);
      assert.deepEqual(one.warnings, []);
    });

    it("keep the ACL and the attributes of what was there, while they are ours and after", { skip: noAttributes }, async () => {
      const one = box(shell);
      writeFileSync(one.path("there"), "before\n");
      setAttributes(one.path("there"));
      const found = attributesOf(one.path("there"));
      const stored = await create(one, one.inputs({ there: ["ours\n", "660"] }));
      assert.deepEqual([readFileSync(one.path("there"), "utf8"), attributesOf(one.path("there"))], ["ours\n", found]);
      await filesHandler.delete(one.context, stored);
      assert.deepEqual([readFileSync(one.path("there"), "utf8"), attributesOf(one.path("there"))], ["before\n", found]);
      assert.equal(modeOf(one.path("there")), "660");
      assert.deepEqual(readdirSync(one.path(".")), ["there"]);
    });

    it("never stand in a command, which may be shown", async () => {
      const one = box(shell);
      await create(one, one.inputs({ new: ["hunter2", "600"] }));
      assert.doesNotMatch(one.commands.join("\n"), new RegExp(`hunter2|${Buffer.from("hunter2").toString("base64")}`));
    });

    it("show every kind of drift, and nothing without one", async () => {
      const one = box(shell);
      const stored = await create(one, one.inputs({ mode: ["x", "600"], content: ["x", "644"], gone: ["x", "644"] }));
      assert.deepEqual(await filesHandler.read(one.context, stored), { inputs: stored.inputs, outputs: stored.outputs });
      chmodSync(one.path("mode"), 0o666);
      writeFileSync(one.path("content"), "y");
      rmSync(one.path("gone"));
      const live = await filesHandler.read(one.context, stored);
      assert.ok(live !== "gone");
      assert.equal(live.inputs.files[one.path("mode")]?.mode, "666");
      assert.notEqual(live.inputs.files[one.path("content")]?.sha256, stored.inputs.files[one.path("content")]?.sha256);
      assert.equal(live.inputs.files[one.path("gone")], undefined);
      const drifted = { ...stored, inputs: live.inputs, outputs: live.outputs };
      const repaired = await filesHandler.update(one.context, drifted, stored.inputs);
      assert.deepEqual(repaired.baseline, stored.outputs.baseline);
      assert.equal(readFileSync(one.path("gone"), "utf8"), "x");
    });

    it("are left alone on destroy when somebody else changed them since, and the host keeps what was there", async () => {
      const one = box(shell);
      writeFileSync(one.path("theirs"), "before");
      const stored = await create(one, one.inputs({ theirs: ["ours", "644"], ours: ["ours", "644"] }));
      writeFileSync(one.path("theirs"), "theirs");
      await filesHandler.delete(one.context, stored);
      assert.equal(readFileSync(one.path("theirs"), "utf8"), "theirs");
      assert.equal(existsSync(one.path("ours")), false);
      assert.match(one.warnings.join(), /somebody else changed these since.*theirs/);
      assert.deepEqual(readdirSync(one.path("../lib/files")), ["demo.box.before-packages.json"]);
      const again = await create(one, one.inputs({ theirs: ["ours", "644"] }));
      await filesHandler.delete(one.context, again);
      assert.equal(readFileSync(one.path("theirs"), "utf8"), "theirs");
      assert.equal(existsSync(one.path("../lib")), false);
    });

    it("go back when they are no longer wanted", async () => {
      const one = box(shell);
      writeFileSync(one.path("first"), "before");
      const stored = await create(one, one.inputs({ first: ["ours", "644"] }));
      const next = one.inputs({ second: ["ours", "644"] });
      const outputs = await filesHandler.update(one.context, stored, next);
      assert.equal(readFileSync(one.path("first"), "utf8"), "before");
      await filesHandler.delete(one.context, { ...stored, inputs: next, outputs });
      assert.deepEqual(readdirSync(one.path(".")), ["first"]);
    });

    it("are known from the host's own record when the state was lost", async () => {
      const one = box(shell);
      writeFileSync(one.path("kept"), "before");
      await create(one, one.inputs({ kept: ["ours", "644"] }));
      const again = await create(one, one.inputs({ kept: ["ours, newer", "644"] }));
      await filesHandler.delete(one.context, again);
      assert.equal(readFileSync(one.path("kept"), "utf8"), "before");
    });

    it("are not written where the host has a record that is not understood, which stays", async () => {
      const one = box(shell);
      writeFileSync(one.path("kept"), "before");
      const stored = await create(one, one.inputs({ kept: ["ours", "644"] }));
      const record = one.path("../lib/files/demo.box.before-packages.json");
      writeFileSync(record, readFileSync(record, "utf8").replace('"version":1', '"version":2'));
      const newer = readFileSync(record, "utf8");
      const not = /demo\.box\.before-packages\.json on the host can't be understood: a newer distrobench/;
      await assert.rejects(create(one, one.inputs({ kept: ["ours, newer", "644"] })), not);
      await assert.rejects(filesHandler.delete(one.context, stored), not);
      assert.deepEqual([readFileSync(one.path("kept"), "utf8"), readFileSync(record, "utf8")], ["ours", newer]);
    });

    it("that can't be written fail with what is known, so that destroy can put back the rest", async () => {
      const one = box(shell);
      writeFileSync(one.path("good"), "before");
      const inputs = one.inputs({ good: ["ours", "644"], bad: ["x", "644"] });
      const broken = {
        ...inputs,
        files: { ...inputs.files, [one.path("bad")]: { mode: "644", owner: "no-such-user:x", sha256: "" } },
      };
      const failure = await filesHandler.create(one.context, broken).catch((error: unknown) => error);
      assert.ok(failure instanceof Error && failure.name === "PartialFailure", String(failure));
      const { id, outputs } = failure as Error & { id: string; outputs: FilesOutputs };
      await filesHandler.delete(one.context, { id, inputs: broken, outputs });
      assert.deepEqual(readdirSync(one.path(".")), ["good"]);
      assert.equal(readFileSync(one.path("good"), "utf8"), "before");
    });

    it("are refused where a link or a folder is, and where another stack wrote them", async () => {
      const one = box(shell);
      symlinkSync("/nowhere", one.path("link"));
      await assert.rejects(create(one, one.inputs({ link: ["x", "644"] })), /link is a symbolic link, so it can't be put back/);
      await create(one, one.inputs({ mine: ["x", "644"] }));
      const other = box(shell, "other", one.context.root);
      await assert.rejects(
        create(other, other.inputs({ mine: ["y", "644"] })),
        /mine is written already, by demo\/box\/before-packages/,
      );
    });
  });
