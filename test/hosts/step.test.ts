import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stepCommand, stepInput, stopSteps } from "../../hosts/step.ts";
import { until } from "../until.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-step-"));
after(() => rmSync(folder, { recursive: true, force: true }));
/** Reads a password like sudo, or like a sudo that still remembers one, and says which it was. */
writeFileSync(
  join(folder, "sudo"),
  `#!/bin/sh
while [ "$1" != -- ]; do [ "$1" = -S ] && ask=1; shift; done; shift
if [ -n "$ask" ] && [ -z "$REMEMBERS" ]; then IFS= read -r password; echo "password $password"; fi
exec "$@"
`,
  { mode: 0o755 },
);

function run(command: string, input: string, environment: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, ...environment };
  return spawnSync("sh", ["-c", command], { input, encoding: "utf8", env });
}

describe("a setup step", () => {
  const odd = `it's "a" $(value) \\ with\nlines `;

  it("finds its variables as they are, and nothing on standard input", () => {
    const { stdout, status } = run(stepCommand(undefined, `printf '<%s>' "$ODD"; cat`), stepInput(undefined, { ODD: odd }));
    assert.deepEqual([stdout, status], [`<${odd}>`, 0]);
  });

  it("ends at the first line that fails, with its exit code", () => {
    const { stdout, status } = run(stepCommand(undefined, "echo one\n(exit 7)\necho two"), "");
    assert.deepEqual([stdout, status], ["one\n", 7]);
  });

  it("becomes root with a password that is asked for, and with one that is not", () => {
    const become = { method: "sudo", password: "secret" } as const;
    const input = stepInput(become, { ODD: odd });
    const command = stepCommand({ method: "sudo", password: "" }, `printf '<%s>' "$ODD"`);
    assert.equal(run(command, input).stdout, `password secret\n<${odd}>`);
    assert.equal(run(command, input, { REMEMBERS: "1" }).stdout, `<${odd}>`);
  });

  it("has no secret in its command, and the same command each time", () => {
    const become = { method: "sudo", password: "secret" } as const;
    assert.doesNotMatch(stepCommand(become, "true"), /secret/);
    assert.equal(stepCommand(become, "true"), stepCommand({ method: "sudo", password: "other" }, "true"));
    assert.equal(stepInput(become, {}), stepInput(become, {}));
  });

  it("is ended with all that it started, also what will not hear, and no step of another stack", async (context) => {
    const marker = join(folder, "tick");
    const stubborn = `trap "" TERM; (while :; do sleep 0.1; date +%s%N >${marker}; done) & wait; sleep 60`;
    const steps = ["one", "one-more"].map((stack) =>
      spawn("sh", ["-c", stepCommand(undefined, stack === "one" ? stubborn : "sleep 60", stack)], {
        detached: true,
        stdio: "pipe",
      }),
    );
    // One that outlives its test would keep the process of all tests.
    context.after(() => {
      for (const { pid } of steps) spawnSync("sh", ["-c", `kill -KILL -${pid}`]);
    });
    for (const step of steps) step.stdin?.end();
    const [one, other] = steps;
    const ended = new Promise((resolve) => one?.once("close", (_code, signal) => resolve(signal)));
    await until("the step runs", () => existsSync(marker));
    const stop = () => spawnSync("sh", ["-c", stopSteps("one").toString()], { encoding: "utf8", timeout: 20_000 });
    assert.deepEqual([stop().stdout, await ended], ["1\n", "SIGKILL"]);
    const last = readFileSync(marker, "utf8");
    await sleep(300);
    assert.equal(readFileSync(marker, "utf8"), last);
    assert.equal(other?.exitCode, null);
    assert.deepEqual([stop().stdout, stop().status], ["0\n", 0]);
  });
});
