import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readSession } from "../../benchmarks/index.ts";
import { ownMachine } from "../lab/own-machine.ts";
import { type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo, thisDistribution } from "../lab/this-machine.ts";
import { forgetStack } from "./launcher.ts";
import { distrobench, root, sessionsOf } from "./project.ts";

const STACK = "zz-noisy-run";

describe("distrobench up --noisy-host", { concurrency: false, skip: process.getuid?.() !== 0 && "needs root" }, () => {
  let server: Sshd;
  before(async () => {
    forgetStack(STACK);
    server = await startSshd({ inside: ownMachine(STACK) });
  });
  after(async () => {
    const { code, output } = await distrobench("destroy", STACK);
    await server?.stop();
    forgetStack(STACK);
    assert.equal(code, 0, output);
  });

  /** `first` says itself that its host is noisy, as this machine is; `second` does not. */
  const declare = (benchmarks: readonly ("first" | "second")[], seed = 1) => {
    const box = { distribution: thisDistribution(), ssh: accessTo(server) };
    const run = { test: "command", hosts: ["box"], blocks: 1, seed, parameters: { command: "true" } };
    const all = { first: { ...run, noisyHost: true }, second: run };
    const chosen = Object.fromEntries(benchmarks.map((name) => [name, all[name]]));
    const matrix = { version: 1, title: "A noisy run", packages: ["node"], hosts: { box }, benchmarks: chosen };
    writeFileSync(join(root, "stacks", `${STACK}.yaml`), JSON.stringify(matrix));
  };
  const names = () => sessionsOf(STACK).map((directory) => basename(directory).replace(/^\w+-/, ""));

  it("measures what is not measured yet as on a noisy host, and leaves what is there", async () => {
    declare(["first"]);
    assert.equal((await distrobench("up", STACK)).code, 0);
    declare(["first", "second"]);
    const { code, output } = await distrobench("up", STACK, "--noisy-host");
    assert.equal(code, 0, output);
    assert.deepEqual(names(), [`${STACK}-first`, `${STACK}-second`]);
    assert.equal(readSession(sessionsOf(STACK).at(-1) ?? "").session.design.noisyHost, true);
    assert.match(output, /second was measured with --noisy-host: results\/\S+ stays and is never a baseline/);
  });

  it("leaves nothing to do for a plain up, which says that the session is none to rely on", async () => {
    const { code, output } = await distrobench("up", STACK);
    assert.equal(code, 0, output);
    assert.deepEqual(names(), [`${STACK}-first`, `${STACK}-second`]);
    assert.match(output, /second was measured with --noisy-host/);
    assert.doesNotMatch(output, /first was measured with --noisy-host/);
  });
});
