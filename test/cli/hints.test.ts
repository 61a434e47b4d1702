import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { preflight } from "../../cli/commands/preflight.ts";
import { memoryContext } from "./memory-context.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-hints-"));
after(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, "stacks"));
const text = "version: 1\ntitle: Mine\nhosts:\n  one: { distribution: debian, release: trixie, lab: {} }\n";
for (const stack of ["mine", "quickstart"]) writeFileSync(join(root, "stacks", `${stack}.yaml`), text);

async function told(stack: string): Promise<string> {
  const { context, stdout } = memoryContext({ root });
  await preflight(context, stack, {});
  return stdout();
}

describe("a command that is recommended", () => {
  it("names the stack that was spoken of, because without a name the quickstart is meant", async () => {
    const said = await told("mine");
    assert.match(said, /\.\/distrobench up mine makes and starts it/);
    assert.match(said, /Nothing is in the way of \.\/distrobench up mine\. Not looked at: one\.$/m);
  });

  it("is short for the quickstart", async () =>
    assert.match(await told("quickstart"), /Nothing is in the way of \.\/distrobench up\. /));
});
