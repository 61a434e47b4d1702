import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { forgetStack } from "./launcher.ts";
import { distrobench, root } from "./project.ts";

const stack = "zz-lost";
const AT = "2026-01-01T00:00:00Z";
const urn = (type: string, name: string) => `urn:pulumi:${stack}::distrobench::${type}::${name}`;
const top = urn("pulumi:pulumi:Stack", `distrobench-${stack}`);
const plugin = urn("pulumi:providers:command", "default_1_2_1");

/** Nobody listens there. */
const connection = { host: "127.0.0.1", port: 1, user: "root", password: "x", dialErrorLimit: 1, perDialTimeout: 2 };

function part(type: string, name: string, inputs: object = {}) {
  return { urn: urn(type, name), custom: false, type, parent: top, inputs, created: AT, modified: AT };
}

/** A setup step as `up` leaves it in the state. */
function step(host: string, name: string, after: readonly string[] = []) {
  const inputs = { connection, create: "true", delete: "true" };
  return {
    ...{ urn: urn("distrobench:hosts:Host$command:remote:Command", `${host}-${name}`), type: "command:remote:Command" },
    ...{ custom: true, id: `${host}-${name}`, inputs, outputs: { ...inputs, stdout: "", stderr: "" } },
    ...{ parent: urn("distrobench:hosts:Host", host), provider: `${plugin}::p1`, dependencies: after, created: AT, modified: AT },
  };
}

function state(): object {
  const first = step("box", "first");
  const resources = [
    { ...part("pulumi:pulumi:Stack", `distrobench-${stack}`), parent: undefined },
    { urn: plugin, custom: true, id: "p1", type: "pulumi:providers:command", inputs: { version: "1.2.1" }, created: AT },
    part("distrobench:hosts:LabMachine", "lab", { directory: `.distrobench/lab/${stack}/lab` }),
    ...["lab", "box"].map((name) => part("distrobench:hosts:Host", name)),
    ...[step("lab", "driver"), first, step("box", "second", [first.urn])],
    { ...part("distrobench:hosts:Packages", "box"), dependencies: [first.urn] },
  ];
  return { version: 3, deployment: { manifest: { time: AT, magic: "", version: "" }, resources } };
}

function pulumi(words: string): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", `eval "$(./distrobench env)" && pulumi ${words} --non-interactive`], {
    cwd: root,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

describe("destroy of a stack whose hosts are lost", { concurrency: false, timeout: 900_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), "distrobench-lost-"));
  const left = () => {
    const exported = JSON.parse(pulumi(`stack export --stack ${stack}`)) as { deployment: { resources?: { urn: string }[] } };
    return (exported.deployment.resources ?? []).map((resource) => resource.urn.slice(resource.urn.lastIndexOf("::") + 2));
  };

  before(() => {
    const file = join(scratch, "state.json");
    writeFileSync(file, JSON.stringify(state()));
    pulumi(`stack init ${stack}`);
    pulumi(`stack import --stack ${stack} --file ${file}`);
  });
  after(() => {
    forgetStack(stack);
    rmSync(scratch, { recursive: true });
  });

  it("owes the undo of a host that may come back, and gives up that of a lab machine that does not run", async () => {
    const { code, output } = await distrobench("destroy", stack);
    assert.equal(code, 1, output);
    assert.match(output, /lab is a lab machine that does not answer: not undone there: driver/);
    assert.match(output, /127\.0\.0\.1.*ECONNREFUSED/);
    assert.ok(["box-first", "box-second"].every((name) => left().includes(name)));
  });

  it("ends when the user says that the host never comes back, and names what was not undone", async () => {
    const { code, output } = await distrobench("destroy", stack, "--gone", "box");
    assert.equal(code, 0, output);
    assert.match(output, /box never comes back, as you said: not undone there: first, second/);
    assert.deepEqual(left(), []);
  });
});
