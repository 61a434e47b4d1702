import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, it } from "node:test";
import { ensureStack, type Pulumi, stateFile } from "../../cli/pulumi.ts";
import { UserError } from "../../hosts/index.ts";
import { memoryContext } from "./memory-context.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-pulumi-"));
after(() => rmSync(root, { recursive: true }));

function answering(stderr: string, meanwhile = () => {}): Pulumi {
  return {
    engine: { kind: "path", command: "pulumi", version: "3.259.0", standIns: false },
    settings: { backend: "project", variables: {} },
    variables: {},
    show: () => Promise.reject(new Error("not used")),
    capture: async () => {
      meanwhile();
      return { code: 255, stdout: "", stderr };
    },
  };
}

it("a stack that can't be made after .distrobench was removed says which file belongs to the lost passphrase", async () => {
  const { context } = memoryContext({ root });
  const made = ensureStack(context, answering("error: incorrect passphrase\n"), "mine");
  await assert.rejects(made, (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /could not make the stack mine:\nerror: incorrect passphrase/);
    assert.match(error.remedy ?? "", /remove stacks\/Pulumi\.mine\.yaml: secrets that were set in it are lost/);
    return true;
  });
  await assert.rejects(ensureStack(context, answering("error: no such host"), "mine"), (error) => {
    assert.ok(error instanceof UserError);
    return error.remedy === undefined;
  });
});

it("a stack that two runs make in the same moment is made", async () => {
  const { context } = memoryContext({ root });
  const file = stateFile(root, "twice");
  const other = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "{}");
  };
  await ensureStack(context, answering("error: stack 'organization/distrobench/twice' already exists", other), "twice");
});
