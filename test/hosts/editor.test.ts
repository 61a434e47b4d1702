import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EDITOR_DIRECTORY, platformFor, presentEditor, removeEditor } from "../../hosts/editor/on-host.ts";
import { editorName } from "../../hosts/editor/release.ts";
import { packagesHandler } from "../../hosts/handler.ts";
import type { OperationContext, RunOptions, Shell, Transport } from "../../hosts/index.ts";
import { packageVerdicts } from "../../hosts/packages/availability.ts";
import { packagesInputs } from "../../hosts/schema.ts";

const signal = new AbortController().signal;
const inputs = packagesInputs.parse({
  ...{ host: "box", connection: { kind: "local", host: "box" }, distribution: "alpine", wanted: ["editor"] },
});

/** A host without packages that has an editor as long as `release` says so. */
function box(release: string) {
  const ran: string[] = [];
  const host = { release };
  const run = async (script: Shell, _options?: RunOptions) => {
    const command = script.toString();
    ran.push(command);
    if (command.startsWith("rm -rf")) host.release = "";
    if (command.includes("/var/lib/distrobench/packages"))
      return { command, host: "box", exitCode: 0, stdout: "", stderr: "", seconds: 0 };
    const stdout = command.includes("/release") ? host.release : "@@@ os-release\nID=alpine\n@@@ index\nyes\n";
    return { command, host: "box", exitCode: 0, stdout, stderr: "", seconds: 0 };
  };
  const transport = { host: "box", run } as unknown as Transport;
  const ignore = () => undefined;
  const context: OperationContext = {
    ...{ urn: "", signal, root: "/", stack: "s", progress: ignore, info: ignore, warn: ignore },
    transport: async () => transport,
    exclusive: async (_, work) => await work(),
  };
  return { context, transport, ran, host };
}

describe("the editor server", () => {
  test("is known for both processors and both C libraries, and for nothing else", () => {
    assert.equal(platformFor("x86_64", "glibc"), "x64-glibc");
    assert.equal(platformFor("aarch64", "musl"), "arm64-musl");
    assert.equal(platformFor("armv7l", "glibc"), undefined);
  });

  test("that was there already is used, and a delete leaves it", async () => {
    const { context, ran, host } = box(editorName);
    const { outputs } = await packagesHandler.create(context, inputs);
    assert.equal(outputs.editor, undefined);
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.equal(host.release, editorName);
    assert.ok(ran.every((command) => !command.includes("tar ")));
  });

  test("that we brought goes with everything of it", async () => {
    const { context, ran } = box(editorName);
    const outputs = { ...inputs, installed: {}, added: [], services: [], engines: {}, editor: editorName };
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.ok(ran.some((command) => command.startsWith(`rm -rf ${EDITOR_DIRECTORY} `)));
  });

  test("of another release, or half of one, is drift", async () => {
    const { context } = box("code-server 4.0.0 on Node.js 18");
    const outputs = { ...inputs, installed: {}, added: [], services: [], engines: {}, editor: editorName };
    const seen = await packagesHandler.read(context, { id: "x", inputs, outputs });
    assert.deepEqual(seen === "gone" ? [] : seen.inputs.wanted, []);
  });

  test("is found by its name, and no longer after a removal", async () => {
    const { transport } = box(`${editorName}\n`);
    assert.equal(await presentEditor(transport, signal), editorName);
    await removeEditor(transport, signal);
    assert.equal(await presentEditor(transport, signal), undefined);
  });

  test("passes a preflight without any package source", () => {
    const state = { release: "v3", installed: new Map(), candidates: new Map(), active: [], hasIndex: false };
    const [verdict] = packageVerdicts("alpine", ["editor"], state, "");
    assert.deepEqual([verdict?.status, verdict?.found], ["pass", `${editorName}, sent by this machine`]);
  });
});
