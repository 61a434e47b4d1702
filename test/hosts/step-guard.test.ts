import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stepCommand, stepInput } from "../../hosts/step.ts";
import { confirmStep, guardStep, undoGuardedStep } from "../../hosts/step-guard.ts";
import { until } from "../until.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-step-guard-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const setting = join(folder, "setting");
const guards = () => readdirSync(folder).filter((name) => name.startsWith("run."));

const shells = { sh: ["sh"], bash: ["bash", "--posix"], busybox: ["busybox", "sh"] } as const;

/** Runs a script of a step as its connection does, with the guard's record in a folder of the test. */
function run(shell: readonly string[], script: string, environment: Readonly<Record<string, string>> = {}) {
  const [command = "sh", ...words] = shell;
  const text = stepCommand(undefined, script.replaceAll("/run/distrobench.", `${folder}/run.`));
  return spawnSync(command, [...words, "-c", text], { input: stepInput(undefined, environment), encoding: "utf8" });
}

/** A step that sets something and would take it back with a variable of its own and an odd text. */
const guard = (seconds: number) => ({
  ...{ stack: "demo", host: "box", step: "firewall", seconds },
  undo: `printf '%s' "$BEFORE" >'${setting}'\nfalse\necho "it's too late" >'${setting}'`,
});
const STEP = `printf now >'${setting}'; echo done`;
const variables = { BEFORE: `it's "before" $(date)` };

for (const [name, shell] of Object.entries(shells)) {
  const skip = spawnSync(shell[0], ["-c", ":"]).error !== undefined && `there is no ${name} here`;
  describe(`a step that may cut the link, under ${name}`, { skip }, () => {
    beforeEach(() => writeFileSync(setting, "before"));

    it("stays when a later connection confirms it, and leaves nothing of its guard", async () => {
      const step = run(shell, guardStep(STEP, guard(1)), variables);
      assert.deepEqual([step.status, step.stdout], [0, "done\n"]);
      assert.match(step.stderr, /^box: unless a new login confirms step firewall within 1 s, the host runs its undo\n$/);
      assert.equal(statSync(join(folder, "run.guard.step.demo.firewall")).mode & 0o077, 0);
      const confirmed = run(shell, confirmStep(guard(1)));
      assert.deepEqual([confirmed.status, confirmed.stdout, confirmed.stderr], [0, "", ""]);
      await sleep(2500);
      assert.equal(readFileSync(setting, "utf8"), "now");
      assert.deepEqual(guards(), []);
    });

    it("is undone by the host when nobody does, with the step's variables and up to the first command that fails", async () => {
      run(shell, guardStep(STEP, guard(1)), variables);
      await until("the dead man acts", () => existsSync(join(folder, "run.guard.step.demo.firewall.fired/at")));
      assert.equal(readFileSync(setting, "utf8"), variables.BEFORE);
      const late = run(shell, confirmStep(guard(1)));
      assert.equal(late.status, 1);
      assert.match(
        late.stderr,
        /^box: nobody could log in anew within 1 s after step firewall, so the host ran its undo at \d{4}-\S+Z\nchange the step, or raise/,
      );
      assert.match(run(shell, confirmStep(guard(1))).stderr, /^box: step firewall waits for no confirmation/);
      assert.deepEqual(guards(), []);
    });

    it("is undone as well when it ends in the middle", async () => {
      const step = run(shell, guardStep(`${STEP}; false; echo further`, guard(1)), variables);
      assert.deepEqual([step.status, step.stdout], [1, "done\n"]);
      await until("the dead man acts", () => existsSync(join(folder, "run.guard.step.demo.firewall.fired/at")));
      assert.equal(readFileSync(setting, "utf8"), variables.BEFORE);
      assert.equal(existsSync(join(folder, "run.guard.step.demo.firewall.fired/environment")), false);
      run(shell, confirmStep(guard(1)));
    });

    it("is undone once when a person undoes it while it waits for its confirmation", async () => {
      run(shell, guardStep(STEP, guard(1)), variables);
      run(shell, undoGuardedStep(guard(1)), variables);
      assert.equal(readFileSync(setting, "utf8"), variables.BEFORE);
      writeFileSync(setting, "later");
      await sleep(2500);
      assert.equal(readFileSync(setting, "utf8"), "later");
      assert.deepEqual(guards(), []);
    });
  });
}

describe("a step whose guard can't be set up", () => {
  it("is not run, and says so", () => {
    const script = guardStep(STEP, guard(1)).replaceAll("/run/distrobench.", "/proc/none/");
    writeFileSync(setting, "before");
    const { status, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    assert.equal(status, 72);
    assert.match(stderr, /box: step firewall was not run, because its guard could not be set up/);
    assert.equal(readFileSync(setting, "utf8"), "before");
  });
});
