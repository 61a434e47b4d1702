import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { packagesHandler } from "../../hosts/handler.ts";
import { ConnectionError, GONE_VARIABLE, PartialFailure, type UserError } from "../../hosts/index.ts";
import { restorePackages } from "../../hosts/packages/restore.ts";
import { type PackagesOutputs, packagesInputs } from "../../hosts/schema.ts";
import { debianBox } from "./debian-box.ts";

const inputs = packagesInputs.parse({
  host: "box",
  connection: { kind: "local", host: "box" },
  distribution: "debian",
  wanted: ["docker", "git"],
});

describe("Packages", () => {
  test("brings what is missing, remembers all that came along, and takes away exactly that", async () => {
    const box = debianBox();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    assert.deepEqual(outputs.added, ["docker-cli", "docker.io", "git", "libgit"]);
    assert.deepEqual([outputs.services, outputs.engines, outputs.indexFetched], [["docker"], { docker: "26.1" }, true]);
    await packagesHandler.delete(box.context, { id: "x", inputs, outputs });
    assert.deepEqual([...box.installed.keys()], ["ca-certificates", "base"]);
    assert.equal(box.ran.filter((script) => / purge /.test(script) && script.includes("-y")).length, 1);
  });

  test("changes nothing when all is there", async () => {
    const box = debianBox();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    const before = box.changes();
    await packagesHandler.update(box.context, { id: "x", inputs, outputs }, inputs);
    assert.equal(box.changes(), before);
  });

  test("shows a removed package as drift, and brings it back", async () => {
    const box = debianBox();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    box.installed.delete("git");
    const seen = await packagesHandler.read(box.context, { id: "x", inputs, outputs });
    assert.ok(seen !== "gone");
    assert.deepEqual(seen.inputs.wanted, ["docker"]);
    await packagesHandler.update(box.context, { id: "x", ...seen }, inputs);
    assert.ok(box.installed.has("git"));
  });

  test("keeps what was installed when a service does not start", async () => {
    const box = debianBox({ failing: /systemctl start/ });
    const error: unknown = await packagesHandler.create(box.context, inputs).then(
      () => assert.fail(),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof PartialFailure);
    assert.ok("added" in error.outputs);
    assert.deepEqual(error.outputs.added, ["docker-cli", "docker.io", "git", "libgit"]);
  });

  for (const killedAfter of [/-q update/, /-y.* install /, /systemctl start/])
    test(`that a run brought which was killed after ${killedAfter.source} are found on the host by a delete that was told nothing`, async () => {
      const box = debianBox({ killedAfter });
      await assert.rejects(packagesHandler.create(box.context, inputs));
      box.revive();
      const untold = { ...inputs } as PackagesOutputs;
      await packagesHandler.delete(box.context, { id: "begun", inputs, outputs: untold });
      assert.deepEqual([...box.installed.keys()], ["ca-certificates", "base"]);
      assert.equal(box.record.text, "");
      assert.equal(box.ran.filter((command) => command.includes("dpkg --configure -a")).length, 1);
      assert.ok(!box.isActive() || box.ran.some((command) => /systemctl stop/.test(command)));
      assert.ok(box.ran.some((command) => command.includes("/var/lib/apt/lists")));
    });

  test("that a run brought which was killed are the next run's own", async () => {
    const box = debianBox({ killedAfter: /-y.* install / });
    await assert.rejects(packagesHandler.create(box.context, inputs));
    box.revive();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    assert.deepEqual(outputs.added, ["docker-cli", "docker.io", "git", "libgit"]);
    assert.equal(outputs.indexFetched, true);
    await packagesHandler.delete(box.context, { id: "x", inputs, outputs });
    assert.deepEqual([[...box.installed.keys()], box.record.text], [["ca-certificates", "base"], ""]);
  });

  test("of which the host had kept the configuration leave it, also where only the host knows that", async () => {
    for (const told of [true, false]) {
      const box = debianBox();
      for (const name of ["git", "vim"]) box.configured.add(name);
      const { outputs } = await packagesHandler.create(box.context, inputs);
      assert.deepEqual(outputs.configured, ["git"]);
      const known = told ? outputs : ({ ...inputs } as PackagesOutputs);
      await packagesHandler.delete(box.context, { id: "x", inputs, outputs: known });
      assert.deepEqual([...box.installed.keys()], ["ca-certificates", "base"]);
      assert.deepEqual([...box.configured].sort(), ["git", "vim"]);
    }
  });

  test("whose programs somebody has removed since leave no configuration of ours", async () => {
    const box = debianBox();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    box.installed.delete("git");
    box.configured.add("git");
    await packagesHandler.delete(box.context, { id: "x", inputs, outputs });
    assert.deepEqual([[...box.installed.keys()], [...box.configured]], [["ca-certificates", "base"], []]);
  });

  test("without an engine among them leave the traces of somebody's engine alone", async () => {
    const box = debianBox();
    const only = { ...inputs, wanted: ["git"] };
    const { outputs } = await packagesHandler.create(box.context, only);
    const before = box.ran.length;
    await packagesHandler.delete(box.context, {
      id: "x",
      inputs: only,
      outputs: { ...outputs, traces: { "interface docker0": "absent" } },
    });
    assert.ok(!box.ran.slice(before).some((command) => /ip link|docker0/.test(command)));
  });

  test("put back what an engine changed also where the last wish named none any more", async () => {
    const box = debianBox();
    const created = await packagesHandler.create(box.context, inputs);
    const only = { ...inputs, wanted: ["git"] };
    const outputs = await packagesHandler.update(box.context, { ...created, inputs }, only);
    const traces = { "interface docker0": "absent", "group docker": "absent" };
    const before = box.ran.length;
    await packagesHandler.delete(box.context, { id: "x", inputs: only, outputs: { ...outputs, traces } });
    const scripts = box.ran.slice(before);
    const at = (pattern: RegExp) => scripts.findIndex((command) => pattern.test(command));
    assert.ok(at(/for i in docker0/) >= 0, "the traces are looked at");
    assert.ok(at(/groupdel docker/) > at(/-y.* purge /), "the group goes when the packages are gone");
  });

  test("of somebody else that came after a run had ended stay", async () => {
    const box = debianBox();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    box.installed.set("vim", "9");
    await packagesHandler.delete(box.context, { id: "x", inputs, outputs });
    assert.deepEqual([...box.installed.keys()], ["ca-certificates", "base", "vim"]);
  });

  describe("of which somebody else's package needs one", () => {
    const all = ["docker-cli", "docker.io", "git", "libgit"];
    const needed = async () => {
      const box = debianBox();
      const { outputs } = await packagesHandler.create(box.context, inputs);
      box.needs.set("git", ["libgit"]).set("editor", ["libgit"]);
      box.installed.set("editor", "1");
      await packagesHandler.delete(box.context, { id: "x", inputs, outputs });
      return box;
    };
    const restore = (box: ReturnType<typeof debianBox>) =>
      restorePackages(box.transport, { stack: "s", distribution: "debian", signal: box.context.signal });
    const free = (box: ReturnType<typeof debianBox>) => {
      box.installed.delete("editor");
      box.needs.delete("editor");
    };

    test("all go but that one, and the warning says who needs it and what to do later", async () => {
      const box = await needed();
      assert.deepEqual([...box.installed.keys()], ["ca-certificates", "base", "libgit", "editor"]);
      assert.ok(box.ran.some((command) => command === "apt-mark -q auto libgit"));
      assert.match(box.told.at(-1) ?? "", /^box: libgit stay: editor, installed since by someone else, need them\. /);
      assert.match(box.told.at(-1) ?? "", /\.\/distrobench restore box --stack s removes them$/);
    });

    test("the host remembers that one, and restore takes it as soon as nobody needs it", async () => {
      const box = await needed();
      assert.deepEqual(await restore(box), { removed: [], left: ["libgit"], neededBy: ["editor"] });
      assert.match(box.record.text, /"added":\["libgit"\]/);
      free(box);
      assert.deepEqual(await restore(box), { removed: ["libgit"], left: [], neededBy: [] });
      assert.deepEqual([[...box.installed.keys()], box.record.text], [["ca-certificates", "base"], ""]);
    });

    test("the next up takes it for its own, and the next destroy takes it away", async () => {
      const box = await needed();
      const { outputs } = await packagesHandler.create(box.context, inputs);
      assert.deepEqual(outputs.added, all);
      assert.equal(await restore(box), undefined, "what is in use is not left over");
      free(box);
      await packagesHandler.delete(box.context, { id: "x", inputs, outputs });
      assert.deepEqual([[...box.installed.keys()], box.record.text], [["ca-certificates", "base"], ""]);
    });
  });

  test("are taken as they were while the host is switched off, and a delete waits for it", async () => {
    const box = debianBox();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    const off = { ...box.context, transport: () => Promise.reject(new ConnectionError("box", "unreachable", "is off")) };
    assert.deepEqual(await packagesHandler.read(off, { id: "x", inputs, outputs }), { inputs, outputs });
    await assert.rejects(
      packagesHandler.delete(off, { id: "x", inputs, outputs }),
      (error: UserError) => /box: is off/.test(error.message) && /destroy s --gone box/.test(error.remedy ?? ""),
    );
  });

  test("go with a lab machine that is gone, and with a host that was given up", async () => {
    const box = debianBox();
    const { outputs } = await packagesHandler.create(box.context, inputs);
    const off = { ...box.context, transport: () => Promise.reject(new ConnectionError("box", "unreachable", "is off")) };
    const lab = { ...inputs, connection: { kind: "lab" as const, host: "box", directory: "x" } };
    await packagesHandler.delete(off, { id: "x", inputs: lab, outputs });
    process.env[GONE_VARIABLE] = "other,box";
    await packagesHandler.delete(off, { id: "x", inputs, outputs }).finally(() => delete process.env[GONE_VARIABLE]);
    assert.equal(box.told.filter((line) => line.includes("its packages are given up")).length, 2);
  });
});
