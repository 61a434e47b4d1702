import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { hostHandler } from "../../hosts/handler.ts";
import type { OperationContext, Transport } from "../../hosts/index.ts";
import { hostInputs } from "../../hosts/schema.ts";
import { sample } from "../golden.ts";

const inputs = hostInputs.parse({ name: "box", connection: { kind: "local", host: "box" }, distribution: "debian" });
const RECORD = "/var/lib/distrobench/packages/s.json";

/** A host with packages and records of stacks, and a controller with a project's folder. */
function box(root: string) {
  const packages = new Set(["base"]);
  const records = new Set<string>();
  const told: string[] = [];
  const answer = (script: string): string => {
    if (script.includes("@os-release")) return sample("hosts/facts/debian-13-qemu.txt");
    if (script.startsWith("ls ")) return [...records].filter((path) => script.includes(path)).join("\n");
    return `@@@ packages\n${[...packages].map((name) => `${name} 1`).join("\n")}\n`;
  };
  const transport: Pick<Transport, "run" | "host"> = {
    host: "box",
    run: async (shell, { onStdout } = {}) => {
      const command = shell.toString();
      const stdout = answer(command);
      onStdout?.(Buffer.from(stdout));
      return { command, host: "box", exitCode: 0, stdout, stderr: "", seconds: 0 };
    },
  };
  const context: OperationContext = {
    ...{ urn: "", signal: new AbortController().signal, root, stack: "s", progress: () => {} },
    info: (message) => told.push(message),
    warn: (message) => told.push(`warning: ${message}`),
    transport: async () => transport as Transport,
    exclusive: async (_, work) => await work(),
  };
  const up = async () => (await hostHandler.create(context, inputs)).outputs;
  return {
    ...{ packages, records, up },
    /** What `Packages` does of it. */
    bring: () => {
      records.add(RECORD);
      packages.add("git");
    },
    takeAway: () => {
      records.delete(RECORD);
      packages.delete("git");
    },
    saysOf: async (work: () => Promise<unknown>): Promise<string> => {
      told.length = 0;
      await work();
      return told.join("\n");
    },
    destroy: (outputs: Awaited<ReturnType<typeof up>>) => hostHandler.delete(context, { id: "box", inputs, outputs }),
  };
}

describe("a host's inventory", () => {
  const root = mkdtempSync(join(tmpdir(), "distrobench-host-"));
  const folder = join(root, ".distrobench");
  beforeEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => rmSync(root, { recursive: true }));

  test("is that of the host as found, though the state was lost in between", async () => {
    const host = box(root);
    await host.up();
    host.bring();
    const found: { outputs?: Awaited<ReturnType<typeof host.up>> } = {};
    const said = await host.saysOf(async () => {
      found.outputs = await host.up();
    });
    assert.match(said, /box: changed by s before \(\/var\/lib\/distrobench\/packages\/s\.json\), so the inventory of then stays/);
    host.takeAway();
    assert.equal(await host.saysOf(() => host.destroy(found.outputs ?? assert.fail())), "box: as it was found");
  });

  test("that is lost with the state is replaced, and the user told what that means", async () => {
    const host = box(root);
    await host.up();
    host.bring();
    rmSync(folder, { recursive: true });
    const said = await host.saysOf(host.up);
    assert.match(
      said,
      /warning: box: changed by s before .* destroy will compare with the host as it is now, not as it was found/,
    );
  });

  test("is taken anew when nothing of the stack is left, or only something of another", async () => {
    const host = box(root);
    await host.up();
    host.packages.add("vim");
    host.records.add("/var/lib/distrobench/packages/other.json");
    const outputs = await host.up();
    assert.equal(await host.saysOf(() => host.destroy(outputs)), "box: as it was found");
  });
});
