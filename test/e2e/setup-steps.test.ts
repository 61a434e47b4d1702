import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Sshd, startSshd } from "../lab/sshd.ts";
import { accessTo, thisDistribution } from "../lab/this-machine.ts";
import { usableHost } from "../lab/usable-host.ts";
import { forgetStack } from "./launcher.ts";
import { distrobench, newestOperations, processesWith, root, start } from "./project.ts";

const stack = "zz-steps";
const SECRET = "hunter2 'quoted'\n$line";
const matrix = join(root, `stacks/${stack}.yaml`);
const source = join(root, `stacks/${stack}.conf`);
const RECORD = `/var/lib/distrobench/files/${stack}.box.before-packages.json`;
const GUARD = `/run/distrobench.guard.step.${stack}.link`;
const skip = spawnSync("env", [...usableHost, "true"]).status !== 0 && "needs root, and leave to mount";

describe("setup steps and files on a host over SSH", { concurrency: false, skip, timeout: 1_200_000 }, () => {
  let sshd: Sshd;
  let place: string;
  const at = (name: string) => join(place, name);
  const text = (name: string) => readFileSync(at(name), "utf8");

  /** The matrix, with the script of its first step, and further ones. */
  function declare(script: string, ...more: readonly object[]): void {
    const distribution = thisDistribution();
    const host = {
      distribution,
      ssh: accessTo(sshd),
      setup: [
        { name: "first", run: script, undo: `echo "undo first" >>${at("journal")}`, environment: { TOKEN: { env: "ZZ_TOKEN" } } },
        {
          name: "second",
          run: `echo second >>${at("journal")}`,
          undo: `echo "undo second" >>${at("journal")}`,
          after: "packages",
        },
        ...more,
      ],
      files: [
        { source: `stacks/${stack}.conf`, target: at("kept.conf"), mode: "0600" },
        { content: { env: "ZZ_TOKEN" }, target: at("new/token"), mode: "0400" },
      ],
    };
    const shared = { [distribution]: { setup: [{ name: "zeroth", run: `id -u >>${at("journal")}` }] } };
    const whole = { version: 1, title: "Steps", distributions: shared, hosts: { box: host } };
    writeFileSync(matrix, JSON.stringify(whole, undefined, 1));
  }

  before(async () => {
    process.env.ZZ_TOKEN = SECRET;
    place = mkdtempSync(join(tmpdir(), "distrobench-steps-"));
    sshd = await startSshd({ inside: usableHost });
    writeFileSync(source, "wanted\n");
    writeFileSync(at("kept.conf"), "before\n");
    chmodSync(at("kept.conf"), 0o640);
    declare(`printf '%s' "$TOKEN" >${at("seen")}\necho first >>${at("journal")}`);
  });

  after(async () => {
    await distrobench("destroy", stack);
    await sshd.stop();
    rmSync(place, { recursive: true, force: true });
    forgetStack(stack);
    delete process.env.ZZ_TOKEN;
  });

  it("are done in order: distribution, host, and after the packages, with files before the steps", async () => {
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(text("journal"), "0\nfirst\nsecond\n");
    assert.equal(text("seen"), SECRET);
    assert.equal(text("kept.conf"), "wanted\n");
    assert.equal(text("new/token"), SECRET);
    assert.equal(statSync(at("new/token")).mode & 0o777, 0o400);
    assert.doesNotMatch(output, /hunter2/);
  });

  it("leave neither a secret nor the private key in clear in the state", () => {
    const state = readFileSync(join(root, `.distrobench/state/.pulumi/stacks/distrobench/${stack}.json`), "utf8");
    assert.match(state, /command:remote:Command/);
    const secrets = [SECRET, Buffer.from(SECRET).toString("base64"), readFileSync(sshd.privateKeyFile, "utf8")];
    for (const secret of secrets)
      for (const line of secret.split("\n").filter((part) => part.length > 5)) assert.equal(state.includes(line), false, line);
  });

  it("are not repeated by a second up", async () => {
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(text("journal"), "0\nfirst\nsecond\n");
    const changed = newestOperations(stack).filter(({ operation }) => operation !== undefined && operation !== "read");
    assert.deepEqual(changed, []);
  });

  it("show a changed file in a plain preview, by what differs of it, and repair it", async () => {
    chmodSync(at("kept.conf"), 0o666);
    const shown = await distrobench("preview", stack, "--json");
    assert.equal(shown.code, 0, shown.output);
    const steps = (JSON.parse(shown.stdout) as { steps: { op: string; urn: string; detailedDiff?: object }[] }).steps;
    const [files, ...others] = steps.filter(({ op }) => op !== "same" && op !== "refresh");
    assert.match(files?.urn ?? "", /hosts:Files::box-before-packages$/);
    assert.deepEqual(Object.keys(files?.detailedDiff ?? {}), [`files["${at("kept.conf")}"].mode`]);
    assert.deepEqual(others, []);
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(statSync(at("kept.conf")).mode & 0o777, 0o600);
  });

  it("show in the host's inventory, and a difference ends it with exit code 1", async () => {
    const before = at("before.json");
    const taken = await distrobench("inventory", "box", "--stack", stack, "--json");
    assert.equal(taken.code, 0, taken.output);
    const whole = JSON.parse(taken.stdout) as Record<string, Record<string, string>>;
    // Version 1 of control groups has none but those of containers that ran.
    const groups = existsSync("/sys/fs/cgroup/cgroup.controllers") ? ["cgroups"] : [];
    for (const category of ["packages", "sysctls", "knobs", "irqs", ...groups, "files", "modes", "users", "mounts", "listening"])
      assert.ok(Object.keys(whole[category] ?? {}).length > 0, category);
    whole.sysctls = { ...whole.sysctls, "vm.swappiness": "changed by the test" };
    writeFileSync(before, JSON.stringify(whole));
    const compared = await distrobench("inventory", "box", "--stack", stack, "--diff", before);
    assert.equal(compared.code, 1, compared.output);
    assert.match(compared.stdout, /sysctls vm\.swappiness: was changed by the test, now \d+/);
    assert.match(
      (await distrobench("inventory", "box", "--stack", stack, "--diff")).stdout,
      /files .*before-packages\.json: was not there/,
    );
    assert.equal((await distrobench("inventory", "bxo", "--stack", stack)).code, 2);
    rmSync(before);
  });

  it("that changed are undone first, and the others stay", async () => {
    declare(`echo "first, changed" >>${at("journal")}`);
    const { code, output } = await distrobench("up", stack);
    assert.equal(code, 0, output);
    assert.equal(text("journal"), "0\nfirst\nsecond\nundo first\nfirst, changed\n");
  });

  it("end on their host with all they started when ^C is pressed, and up ends soon", async () => {
    declare(`echo "first, changed" >>${at("journal")}`, { name: "long", run: "sleep 86401 & sleep 86401; wait", undo: "true" });
    const up = start(["up", stack]);
    while (processesWith("sleep 86401").length < 3) await sleep(100);
    up.signal("SIGINT");
    const { code, output } = await up.ended;
    assert.equal(code, 130, output);
    assert.match(output, /box: setup step ended/);
    assert.deepEqual(processesWith("sleep 86401"), []);
  });

  describe("that may cut the link", () => {
    /** While there is the file `cuts`, it takes the key away with which everybody logs in. */
    const link = (trigger: number) => {
      const keys = join(sshd.directory, "authorized_keys");
      return {
        ...{ name: "link", mayCutLink: true, confirmSeconds: 20, triggers: [trigger] },
        run: `echo link >>${at("journal")}\n[ ! -e ${at("cuts")} ] || mv ${keys} ${keys}.off`,
        undo: `echo "undo link" >>${at("journal")}\n[ ! -e ${keys}.off ] || mv ${keys}.off ${keys}`,
      };
    };
    const bringUp = async (trigger: number) => {
      writeFileSync(at("journal"), "");
      declare(`echo "first, changed" >>${at("journal")}`, link(trigger));
      return await distrobench("up", stack);
    };

    it("stay when a new login confirms them, and a second up does not repeat them", async () => {
      for (const journal of ["link\n", ""]) {
        const { code, output } = await bringUp(1);
        assert.equal(code, 0, output);
        assert.equal(text("journal"), journal);
      }
      assert.equal(existsSync(GUARD), false);
    });

    it("are undone by the host itself when nobody can log in anew, and up fails and says so", async () => {
      writeFileSync(at("cuts"), "");
      const { code, output } = await bringUp(2);
      assert.equal(code, 1, output);
      assert.match(output, /box: nobody could log in anew within 20 s after step link, so the host ran its undo at \d{4}-/);
      assert.equal(text("journal"), "undo link\nlink\nundo link\n");
    });

    it("are undone and run again by the next up, though nothing of them changed", async () => {
      rmSync(at("cuts"));
      const { code, output } = await bringUp(2);
      assert.equal(code, 0, output);
      assert.equal(text("journal"), "undo link\nlink\n");
      assert.equal(existsSync(GUARD), false);
    });
  });

  it("are undone by destroy in reverse order, and files are as they were", async () => {
    const { code, output } = await distrobench("destroy", stack);
    assert.equal(code, 0, output);
    assert.equal(text("journal"), "undo link\nlink\nundo second\nundo link\nundo first\n");
    assert.deepEqual([text("kept.conf"), statSync(at("kept.conf")).mode & 0o777], ["before\n", 0o640]);
    assert.deepEqual(readdirSync(place).sort(), ["journal", "kept.conf", "seen"]);
    assert.equal(existsSync(RECORD), false);
  });
});
