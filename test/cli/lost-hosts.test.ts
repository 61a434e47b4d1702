import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { giveUpSteps, passOverSteps, undoableSteps, unknownHosts } from "../../cli/lost-hosts.ts";
import { type Pulumi, stateFile } from "../../cli/pulumi.ts";
import { memoryContext } from "./memory-context.ts";

const host = (name: string) => `urn:pulumi:one::distrobench::distrobench:hosts:Host::${name}`;
const step = (of: string, name: string, undo?: string) => ({
  urn: `urn:pulumi:one::distrobench::distrobench:hosts:Host$command:remote:Command::${of}-${name}`,
  type: "command:remote:Command",
  parent: host(of),
  inputs: { create: "x", ...(undo === undefined ? {} : { delete: undo }) },
});
const machine = (name: string) => ({
  urn: `urn:pulumi:one::distrobench::distrobench:hosts:LabMachine::${name}`,
  type: "distrobench:hosts:LabMachine",
  inputs: { name, directory: `.distrobench/lab/one/${name}` },
});
const STATE = {
  version: 3,
  deployment: {
    manifest: { magic: "m" },
    resources: [
      machine("lab"),
      ...["lab", "box"].map((name) => ({ urn: host(name), type: "distrobench:hosts:Host" })),
      step("lab", "driver", "undo"),
      step("lab", "once"),
      step("box", "repository", "undo"),
      {
        urn: "urn:pulumi:one::distrobench::command:remote:Command::own",
        type: "command:remote:Command",
        inputs: { delete: "x" },
      },
    ],
  },
};
const marks = ({ deployment }: ReturnType<typeof passOverSteps>) =>
  Object.fromEntries((deployment.resources ?? []).flatMap(({ urn, deletedWith }) => (deletedWith ? [[urn, deletedWith]] : [])));

describe("steps on hosts that are lost", () => {
  it("are found by their host, and only those that have an undo are named", () =>
    assert.deepEqual(Object.fromEntries(undoableSteps(STATE)), { lab: ["driver"], box: ["repository"] }));

  it("go with their host, all of them, and nothing else of the state changes", () => {
    const after = passOverSteps(STATE, new Set(["lab"]));
    assert.deepEqual(marks(after), {
      [step("lab", "driver").urn]: host("lab"),
      [step("lab", "once").urn]: host("lab"),
    });
    assert.deepEqual(passOverSteps(after, new Set()), STATE);
    assert.deepEqual(after.deployment.manifest, STATE.deployment.manifest);
  });

  it("that the user calls gone are named where the state has none of that name", () => {
    assert.deepEqual(unknownHosts(STATE, ["box", "bxo", "else-where"]), [
      "--gone bxo: there is no such host; did you mean box?",
      "--gone else-where: there is no such host",
    ]);
  });

  it("are undone after all when the host is there at the next destroy", () =>
    assert.deepEqual(marks(passOverSteps(passOverSteps(STATE, new Set(["box"])), new Set())), {}));
});

describe("destroy, before it begins", () => {
  const scratch = mkdtempSync(join(tmpdir(), "distrobench-lost-"));
  after(() => rmSync(scratch, { recursive: true }));

  function project(importCode = 0) {
    const root = mkdtempSync(join(scratch, "p"));
    mkdirSync(join(stateFile(root, "one"), ".."), { recursive: true });
    writeFileSync(stateFile(root, "one"), JSON.stringify(STATE));
    const imported: string[] = [];
    const pulumi: Pulumi = {
      engine: { kind: "path", command: "pulumi", version: "3.259.0", standIns: false },
      settings: { backend: "project", variables: {} },
      variables: {},
      show: () => Promise.reject(new Error("not used")),
      capture: async (args, input) => {
        if (args[1] === "import") imported.push(input ?? "");
        return args[1] === "import"
          ? { code: importCode, stdout: "", stderr: "error: integrity" }
          : { code: 0, stdout: JSON.stringify(STATE), stderr: "" };
      },
    };
    return {
      root,
      imported,
      giveUp: async (gone: string[]) => await giveUpSteps(memoryContext({ root }).context, pulumi, "one", gone),
    };
  }

  it("gives up the steps of a lab machine that does not run, and of hosts that never come back, and keeps a copy of the state", async () => {
    const { root, imported, giveUp } = project();
    assert.deepEqual(await giveUp(["box"]), [
      "lab is a lab machine that does not answer: not undone there: driver",
      "box never comes back, as you said: not undone there: repository",
    ]);
    assert.equal(Object.keys(marks(JSON.parse(imported[0] ?? ""))).length, 3);
    const backup = join(root, ".distrobench/backup");
    const [copy = ""] = readdirSync(backup);
    assert.deepEqual(JSON.parse(readFileSync(join(backup, copy), "utf8")), STATE);
    assert.equal(statSync(join(backup, copy)).mode & 0o777, 0o600);
  });

  it("leaves a host alone that may come back", async () => {
    const { imported, giveUp } = project();
    assert.deepEqual(await giveUp([]), ["lab is a lab machine that does not answer: not undone there: driver"]);
    assert.equal(Object.keys(marks(JSON.parse(imported[0] ?? ""))).length, 2);
  });

  it("ends with what Pulumi says, and where the copy is, when Pulumi takes the changed state for broken", async () =>
    assert.rejects(project(1).giveUp([]), /the state of one cannot be changed:\nerror: integrity/));
});
