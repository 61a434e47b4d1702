import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { PartialFailure } from "../../hosts/index.ts";
import { shellHost } from "../../kernel-tuning/host/shell-host.ts";
import type { TuningInputs, TuningOutputs } from "../../kernel-tuning/schema.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { until } from "../until.ts";
import { arrangements } from "./arrangements.ts";
import { contextOf, inputsOf } from "./memory-host.ts";
import { type Arrangement, PaperMachine } from "./paper-machine.ts";
import { type Userland, userlandsIn } from "./userlands.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-paper-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const userlands = await userlandsIn(folder);
const WANTED = { "boot.mitigations": "off", "boot.threadirqs": "set" };
/** For one machine, whatever is wrong. */
const SECONDS = 240;
let made = 0;

function bench(userland: Userland, arrangement: Arrangement, confirmSeconds = 60) {
  made += 1;
  const machine = new PaperMachine(join(folder, `machine${made}`), userland, arrangement);
  const said: string[] = [];
  // Else a machine that stays silent, as by a mistake in a script, is waited for as long as a real one: a quarter of an hour.
  const context = { ...contextOf(said), signal: AbortSignal.timeout(SECONDS * 1000) };
  const handler = createTuningHandler(async () => shellHost(machine.transport, context.signal));
  const inputs: TuningInputs = { ...inputsOf(WANTED), distribution: arrangement.distribution, confirmSeconds };
  const found = { files: machine.files(), commandLine: machine.commandLine };
  const now = () => ({ files: machine.files(), commandLine: machine.commandLine });
  const failed = async () =>
    await handler.create(context, inputs).then(
      () => assert.fail("it succeeded"),
      (error: PartialFailure<TuningOutputs>) => error,
    );
  const putBack = async (stored: { readonly id: string; readonly outputs: TuningOutputs }, force = false) =>
    await handler.delete(context, { ...stored, inputs: { ...inputs, force } });
  return { machine, said, context, handler, inputs, found, now, failed, putBack };
}

/** Where a controller may lose the host: once it is armed, in the middle of the loader's command, and once all is permanent. */
function deaths({ path, commands }: Arrangement): (readonly [what: string, command: string, turn: number])[] {
  const [loader] = Object.keys(commands);
  const ends = [
    ["once the trial is prepared", "sync", 1],
    ["once all is permanent", "sync", 2],
  ] as const;
  if (loader === undefined) return [...ends];
  if (path.includes("grub")) return [...ends, ["before the boot loader is told for good", loader, 1]];
  return [
    ...ends,
    ["before the boot loader is told of the trial", loader, 1],
    ["after the boot loader was told of the trial", `${loader}-after`, 1],
    ["before the boot loader is told for good", loader, 2],
    ["after the boot loader was told for good", `${loader}-after`, 2],
  ];
}

for (const [shell, userland] of Object.entries(userlands).filter(([shell]) => shell !== "bash"))
  for (const [name, arrangement] of Object.entries(arrangements))
    describe(`a command line by ${name}, under ${shell}`, { concurrency: true }, () => {
      it("is tried once, then permanent, and the one before again after a destroy: bytes, mode and owner of every file", async () => {
        const { machine, context, handler, inputs, found, now, putBack, said } = bench(userland, arrangement);
        const stored = await handler.create(context, inputs);
        assert.match(machine.commandLine, /\bmitigations=off threadirqs\b/);
        assert.match(machine.read(arrangement.path), /mitigations=off threadirqs/);
        // The dead man ends within a second of its confirmation, and takes that away.
        await until("the dead man ends", () => !Object.keys(machine.files()).some((path) => path.startsWith("/run/")));
        assert.deepEqual(
          Object.keys(machine.files()).filter((path) => !path.startsWith("/var/lib") && !(path in found.files)),
          [],
        );
        machine.start();
        assert.match(machine.commandLine, /\bmitigations=off threadirqs$/);
        assert.deepEqual(
          (await handler.update(context, { ...stored, inputs }, inputs)).reports.map(({ status }) => status),
          ["applied", "applied"],
        );
        await putBack(stored);
        assert.deepEqual([now(), said], [found, []]);
      });

      it("that nobody can log in with is undone by the machine, which says when, and starts with the one before", async () => {
        const { machine, found, now, failed, putBack } = bench(userland, arrangement, 1);
        machine.mute = true;
        const failure = await failed();
        assert.match(failure.message, /nobody could log in within 1 s, so it was reset at \d{4}-/);
        assert.equal(machine.commandLine, found.commandLine);
        await putBack(failure);
        assert.deepEqual(now(), found);
      });

      it("that a controller has lost sight of is undone by the machine too, and a destroy takes the rest", async () => {
        const { machine, found, now, failed, putBack, said } = bench(userland, arrangement, 1);
        machine.killAt("sync", 1);
        const failure = await failed();
        machine.start();
        assert.match(machine.commandLine, /mitigations=off threadirqs panic=10 init=\/etc\/distrobench\/trial-init/);
        await machine.reset();
        assert.equal(machine.commandLine, found.commandLine);
        await putBack(failure);
        assert.deepEqual([now(), said], [found, []]);
      });

      for (const [what, command, turn] of shell === "sh" ? deaths(arrangement) : [])
        it(`is taken back by a destroy when its script was killed ${what}`, async () => {
          const { machine, found, now, failed, putBack, said } = bench(userland, arrangement);
          machine.killAt(command, turn);
          const failure = await failed();
          await putBack(failure);
          assert.deepEqual([now(), said], [found, []]);
        });

      it("is brought to its end by the next up when its script was killed before the last file was written", async () => {
        const { machine, context, handler, inputs, found, now, failed, putBack } = bench(userland, arrangement);
        machine.killAt("sync", 1);
        const { id, outputs } = await failed();
        const done = await handler.update(context, { id, inputs, outputs }, inputs);
        assert.match(machine.commandLine, /mitigations=off threadirqs/);
        assert.match(machine.read(arrangement.path), /mitigations=off threadirqs['"\n]/);
        await putBack({ id, outputs: done });
        assert.deepEqual(now(), found);
      });

      it("stays in a file that somebody else has changed since, without a restart, until that is forced", async () => {
        const { machine, context, handler, inputs, found, now, putBack, said } = bench(userland, arrangement);
        const stored = await handler.create(context, inputs);
        const theirs = machine.read(arrangement.path).replace("threadirqs", "threadirqs nosmt");
        machine.write(arrangement.path, theirs);
        const boot = machine.read("/proc/sys/kernel/random/boot_id");
        await putBack(stored);
        assert.match(said.join("\n"), /somebody else changed what we had set, so it was left alone/);
        assert.deepEqual([machine.read(arrangement.path), machine.read("/proc/sys/kernel/random/boot_id")], [theirs, boot]);
        await putBack(stored, true);
        assert.deepEqual(now(), found);
      });
    });

for (const [name, arrangement] of Object.entries(arrangements).filter(([, { path }]) => !path.includes("grub")))
  describe(`a start on trial by ${name}`, { concurrency: true }, () => {
    const sh = userlands.sh ?? { shell: ["sh"] };

    it("leaves what somebody else has changed meanwhile, and takes out only what would start a trial again", async () => {
      const { machine, failed } = bench(sh, arrangement, 1);
      machine.mute = true;
      machine.meanwhile = () =>
        machine.write(arrangement.path, machine.read(arrangement.path).replace("threadirqs", "threadirqs nosmt"));
      await failed();
      assert.match(machine.read(arrangement.path), /mitigations=off threadirqs nosmt["\n]/);
      assert.doesNotMatch(`${machine.read(arrangement.path)}${machine.read("/boot/extlinux.conf")}`, /trial-init|panic=10/);
    });
  });

describe("a command line that can't be tried changes nothing, and says why:", { concurrency: true }, () => {
  const sh = userlands.sh ?? { shell: ["sh"] };
  const change = (name: string, path: string, before: string, after: string): Arrangement => {
    const arrangement = arrangements[name];
    assert.ok(arrangement !== undefined);
    return { ...arrangement, files: { ...arrangement.files, [path]: (arrangement.files[path] ?? "").replace(before, after) } };
  };
  const refused = async (arrangement: Arrangement, prepare: (machine: PaperMachine) => void = () => {}): Promise<string> => {
    const { machine, found, now, failed, putBack } = bench(sh, arrangement);
    prepare(machine);
    const failure = await failed();
    const left = Object.entries(machine.files()).filter(([path]) => !path.startsWith("/var/lib/distrobench"));
    assert.deepEqual(Object.fromEntries(left), found.files);
    await putBack(failure);
    assert.deepEqual(now(), found);
    return failure.message;
  };

  it("extlinux's menu is not made anew", async () => {
    const own = change("extlinux, as on Alpine", "/etc/update-extlinux.conf", "overwrite=1", "overwrite=0");
    assert.match(await refused(own), /nothing was changed: \/boot\/extlinux\.conf was not made anew.*overwrite=1/s);
  });

  for (const [what, device, path, type] of [
    ["LVM", "/dev/mapper/vg-root", "/", "ext4"],
    ["btrfs, over another file system", "/dev/sda2", "/boot", "btrfs"],
  ] as const)
    it(`GRUB is on ${what}`, async () => {
      const { "GRUB's own file, as on TromJaro": grub } = arrangements;
      assert.ok(grub !== undefined);
      assert.match(
        await refused(grub, (machine) => machine.mount(device, path, type)),
        /nothing was changed: GRUB can't write to/,
      );
    });

  it("GRUB has no entry for the running kernel", async () => {
    const other = change("GRUB's own file, as on TromJaro", "/boot/grub/grub.cfg", "vmlinuz-6.12", "vmlinuz-6.13");
    const renamed: Arrangement = { ...other, next: (machine) => other.next(machine).replace("6.13", "6.12") };
    assert.match(await refused(renamed), /no entry for the running kernel vmlinuz-6\.12/);
  });
});
