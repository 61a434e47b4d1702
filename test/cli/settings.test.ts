import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { exportLines } from "../../cli/commands/environment.ts";
import { prepareSettings, settingsOf } from "../../cli/settings.ts";
import { golden } from "../golden.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-settings-"));
after(() => rmSync(root, { recursive: true }));
const bare = { HOME: root };

describe("the settings for Pulumi", () => {
  it("keep the state in the project and a passphrase that only its owner can read", () => {
    const settings = settingsOf(root, bare);
    assert.equal(settings.backend, "project");
    prepareSettings(root, settings);
    const file = settings.variables.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const passphrase = readFileSync(file, "utf8");
    assert.ok(passphrase.length >= 32);
    prepareSettings(root, settings);
    assert.equal(readFileSync(file, "utf8"), passphrase);
  });

  it("leave alone what the user has chosen", () => {
    assert.equal(settingsOf(root, { ...bare, PULUMI_BACKEND_URL: "s3://x" }).variables.PULUMI_BACKEND_URL, undefined);
    assert.equal(settingsOf(root, { ...bare, PULUMI_ACCESS_TOKEN: "x" }).backend, "user");
    assert.equal(settingsOf(root, { ...bare, PULUMI_CONFIG_PASSPHRASE: "" }).variables.PULUMI_CONFIG_PASSPHRASE_FILE, undefined);
    assert.equal(settingsOf(root, { ...bare, PULUMI_PARALLEL: "3" }).variables.PULUMI_PARALLEL, "3");
  });

  it("are the project's own in a shell that has taken them over", () => {
    const own = settingsOf(root, bare).variables;
    assert.deepEqual(settingsOf(root, { ...bare, ...own }).backend, "project");
    assert.equal(settingsOf(join(root, "other-checkout"), { ...bare, ...own }).backend, "user");
  });

  it("name the project's folder whatever it is called", () => {
    for (const name of ["two words", "c#", "50% done", "why?"]) {
      const url = settingsOf(join("/home/anna", name), bare).variables.PULUMI_BACKEND_URL ?? "";
      assert.equal(fileURLToPath(url), join("/home/anna", name, ".distrobench/state"));
      assert.doesNotMatch(url, /[#?]/);
    }
  });

  it("never hold half a passphrase, which would encrypt like a whole one", () => {
    const full = join(root, "full");
    mkdirSync(join(full, ".distrobench"), { recursive: true });
    symlinkSync("/dev/full", join(full, `.distrobench/passphrase.${process.pid}`));
    assert.throws(() => prepareSettings(full, settingsOf(full, bare)), /ENOSPC/);
    assert.deepEqual(readdirSync(join(full, ".distrobench")), ["state"]);
  });

  it("are no new passphrase beside a state that another one encrypts", () => {
    const lost = join(root, "lost");
    const stacks = join(lost, ".distrobench/state/.pulumi/stacks/distrobench");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(stacks, "mine.json"), "{}");
    assert.throws(
      () => prepareSettings(lost, settingsOf(lost, bare)),
      /passphrase is gone, and the state in .* is encrypted with it/,
    );
    assert.equal(existsSync(join(lost, ".distrobench/passphrase")), false);
  });

  it("use a login that is there", () => {
    const home = join(root, "login");
    mkdirSync(join(home, ".pulumi"), { recursive: true });
    writeFileSync(join(home, ".pulumi", "credentials.json"), '{"current":"https://api.pulumi.com"}');
    assert.equal(settingsOf(root, { HOME: home }).backend, "user");
    writeFileSync(join(home, ".pulumi", "credentials.json"), '{"current":""}');
    assert.equal(settingsOf(root, { HOME: home }).backend, "project");
    writeFileSync(join(home, ".pulumi", "credentials.json"), "not json");
    assert.equal(settingsOf(root, { HOME: home }).backend, "project");
  });

  it("can be taken over by a shell, whatever is in them", () => {
    golden("cli/env.txt", `${exportLines({ PULUMI_PARALLEL: "32", PATH: "/a b:/c", ODD: "it's $HOME" })}\n`);
  });
});
