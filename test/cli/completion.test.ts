import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { commandLine } from "../../cli/command-line.ts";
import { memoryContext } from "./memory-context.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench it's-"));
after(() => rmSync(root, { recursive: true }));
copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));
for (const folder of ["stacks", "results/20260101T000000Z-mine-start", "results/report-mine"])
  mkdirSync(join(root, folder), { recursive: true });
for (const name of ["mine.yaml", "quickstart.yaml", "Pulumi.mine.yaml"]) writeFileSync(join(root, "stacks", name), "");
writeFileSync(join(root, "results/20260101T000000Z-mine-start/session.json"), "{}");

async function script(): Promise<string> {
  const { context, stdout } = memoryContext({ root });
  await commandLine(context).parseAsync(["completion"], { from: "user" });
  return stdout();
}

/** What bash offers for the last word of a command line. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const fill = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _distrobench; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ["-c", `${await script()}\n${fill}`, "bash", "./distrobench", ...words];
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", ...args], { encoding: "utf8", cwd: root });
  assert.deepEqual([status, stderr], [0, ""]);
  return stdout.split("\n").filter((line) => line !== "");
}

const skip = spawnSync("bash", ["--version"]).status !== 0 && "there is no bash";

describe("completion in bash", { skip }, () => {
  it("offers commands, and those of help", async () => {
    assert.deepEqual(await offered("pre"), ["preview", "preflight"]);
    assert.deepEqual(await offered("help", "ga"), ["gate"]);
    assert.deepEqual(await offered("--debug", "destr"), ["destroy"]);
  });

  it("offers the options of the command, and the choices of an option", async () => {
    assert.deepEqual(await offered("up", "--"), ["--update-lock", "--noisy-host", "--debug", "--help"]);
    assert.deepEqual(await offered("gate", "--mode", ""), ["regression", "reproduction"]);
    assert.deepEqual(await offered("report", "--format", "csv"), ["csv", "csv-summary"]);
  });

  it("offers the stacks and sessions that are there", async () => {
    assert.deepEqual(await offered("up", "m"), ["mine"]);
    assert.deepEqual(await offered("report", "--stack", ""), ["mine", "quickstart"]);
    assert.deepEqual(await offered("report", "2026"), ["20260101T000000Z-mine-start"]);
    assert.deepEqual(await offered("gate", "mine", "--baseline", ""), ["20260101T000000Z-mine-start"]);
  });

  it("offers files where a file is expected", async () => assert.deepEqual(await offered("reproduce", "sta"), ["stacks"]));

  it("offers no session where there is none", async () => {
    rmSync(join(root, "results"), { recursive: true });
    assert.deepEqual(await offered("compare", "2"), []);
  });

  it("is a script that shellcheck has no complaint about", async (test) => {
    const { status, stdout, error } = spawnSync("shellcheck", ["-s", "bash", "-"], { input: await script(), encoding: "utf8" });
    if (error !== undefined) return test.skip("shellcheck is not installed");
    assert.equal(status, 0, stdout);
  });
});
