import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { armDeadMan, confirmAnew } from "../../hosts/dead-man.ts";
import { CommandError, type Shell, sh, type Transport } from "../../hosts/index.ts";
import { until } from "../until.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-dead-man-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

function run(script: Shell): string {
  const text = script.toString().replaceAll("/run/distrobench.", `${folder}/run.`);
  return spawnSync("sh", ["-c", text], { encoding: "utf8" }).stdout;
}

/** A host that does what it is told, and whose first answer gets lost. */
function forgetful(): Transport {
  let answers = 0;
  const fresh = {
    run: async (script: Shell) => {
      const stdout = run(script);
      answers += 1;
      const result = { command: "", host: "box", exitCode: null, stdout, stderr: "", seconds: 0 };
      if (answers === 1) throw new CommandError(result, "connection-lost");
      return result;
    },
    close: async () => {},
  };
  return { anew: async () => fresh } as unknown as Transport;
}

describe("a dead man whose answer a connection has lost", () => {
  test("gives the same one again: what was confirmed is, and nothing is left of it", async () => {
    run(armDeadMan({ name: "one", seconds: 3600, undo: sh`:` }));
    assert.equal(await confirmAnew(forgetful(), { name: "one", seconds: 60 }, signal), "confirmed");
    assert.deepEqual(readdirSync(folder), []);
  });

  test("says again that it has acted, and when", async () => {
    run(armDeadMan({ name: "two", seconds: 1, undo: sh`:` }));
    await until("the dead man acts", () => existsSync(join(folder, "run.guard.two.fired/at")));
    const verdict = await confirmAnew(forgetful(), { name: "two", seconds: 1 }, signal);
    assert.match(JSON.stringify(verdict), /"firedAt":"\d{4}-/);
    assert.deepEqual(readdirSync(folder), []);
  });
});
