import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { factsScript } from "../hosts/facts/script.ts";
import { inventoryScript } from "../hosts/inventory/script.ts";
import { confirmStep, guardStep } from "../hosts/step-guard.ts";
import { wardenScript } from "../hosts/warden.ts";

const root = join(import.meta.dirname, "..");
const guard = { stack: "demo", host: "box", step: "firewall", seconds: 120, undo: "nft flush ruleset" };
/** Why there is nothing to check here, or false. */
const skip =
  spawnSync("shellcheck", ["--version"]).status !== 0
    ? "shellcheck is not installed: ./distrobench doctor"
    : spawnSync("git", ["rev-parse"], { cwd: root }).status !== 0 && "this is no git checkout";

/** What is run by a shell: known by its first line, whatever its name. */
function scripts(): string[] {
  const tracked = execFileSync("git", ["ls-files", "-s"], { cwd: root, encoding: "utf8" }).trimEnd().split("\n");
  const files = tracked.filter((line) => line.startsWith("100")).map((line) => line.split("\t")[1] ?? "");
  return files.filter((file) => /^#!.*\b(ba|da)?sh\b/.test(readFileSync(join(root, file), "utf8").split("\n", 1)[0] ?? ""));
}

describe("shellcheck has no complaint about", { skip }, () => {
  const files = skip === false ? scripts() : [];

  it("the scripts it was meant to read", () => assert.ok(files.includes("distrobench") && files.length >= 6, files.join(" ")));

  for (const file of files)
    it(file, () => {
      const { status, stdout } = spawnSync("shellcheck", [file], { cwd: root, encoding: "utf8" });
      assert.equal(status, 0, stdout);
    });

  for (const [name, script] of Object.entries({
    "the script that gathers facts": factsScript().toString(),
    "the script that takes an inventory": inventoryScript().toString(),
    "the warden of remote processes": wardenScript,
    "a step that may cut the link": guardStep("nft -f /etc/nftables.conf", guard),
    "the confirmation of such a step": confirmStep(guard),
  }))
    it(name, () => {
      const { status, stdout } = spawnSync("shellcheck", ["-s", "sh", "-"], { input: script, encoding: "utf8" });
      assert.equal(status, 0, stdout);
    });
});
