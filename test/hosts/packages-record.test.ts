import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import type { Transport } from "../../hosts/index.ts";
import { pacman } from "../../hosts/packages/pacman.ts";
import { saveRecord } from "../../hosts/packages/record.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-packages-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("the record of packages on a host", () => {
  test("is on the disk before it takes its name, and its name before anything is installed", async () => {
    const [log, library] = [join(folder, "log"), join(folder, "lib")];
    const names = `$(cd ${library}/packages && echo *)`;
    writeFileSync(join(folder, "sync"), `#!/bin/sh\necho "\${1##*/}: ${names}" >>${log}\n`, { mode: 0o755 });
    const run: Transport["run"] = async (script, { stdin } = {}) => {
      const text = script.toString().replaceAll("/var/lib/distrobench", library);
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      const stdout = execFileSync("sh", ["-c", text], { input: String(stdin), env, encoding: "utf8" });
      return { command: text, host: "box", exitCode: 0, stdout, stderr: "", seconds: 0 };
    };
    const brought = { added: ["git"], services: [] };
    await saveRecord({ run } as Transport, "demo", { brought }, new AbortController().signal);
    assert.equal(readFileSync(log, "utf8"), "demo.json.new: demo.json.new\npackages: demo.json\n");
    assert.deepEqual(JSON.parse(readFileSync(join(library, "packages/demo.json"), "utf8")), { version: 1, brought });
  });
});

describe("pacman's lock", () => {
  test("is taken away where its owner was killed, and stays while any program of libalpm's has it open", () => {
    const lock = join(folder, "pacman/db.lck");
    mkdirSync(join(folder, "pacman"));
    const complete = pacman.complete.toString().replaceAll("/var/lib/pacman", join(folder, "pacman"));
    const owner = openSync(lock, "w");
    execFileSync("sh", ["-c", complete]);
    assert.equal(existsSync(lock), true);
    closeSync(owner);
    execFileSync("sh", ["-c", complete]);
    assert.equal(existsSync(lock), false);
  });
});
