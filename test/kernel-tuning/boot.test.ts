import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type PartialFailure, UserError } from "../../hosts/index.ts";
import { parseCommandLine, trialParameters, withParameters } from "../../kernel-tuning/boot/command-line.ts";
import { contentOf } from "../../kernel-tuning/boot/file-value.ts";
import { applyCommands, loaderOf } from "../../kernel-tuning/boot/loader.ts";
import { initBefore } from "../../kernel-tuning/boot/scripts.ts";
import { shellHost } from "../../kernel-tuning/host/shell-host.ts";
import { planKnobs } from "../../kernel-tuning/plan.ts";
import type { TuningOutputs } from "../../kernel-tuning/schema.ts";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { viewOf } from "../../kernel-tuning/view.ts";
import { contextOf, DROP_IN, inputsOf, MemoryHost } from "./memory-host.ts";

const encode = (text: string) => Buffer.from(text).toString("base64");
const file = (path: string, text: string) => ({ kind: "file", name: path, value: `644 0:0 ${encode(text)}` });
const line = (value: string) => ({ kind: "commandLine", name: "-", value });
const GRUB_LINE = line("BOOT_IMAGE=/boot/vmlinuz root=/dev/sda2 quiet");

describe("a kernel's command line", () => {
  it("is read by name: flags are set, the last of two counts, quotes hold words together", () => {
    const read = parseCommandLine('quiet isolcpus=1 dyndbg="file a.c +p" isolcpus=2-3 root=UUID=ab=c\n');
    assert.deepEqual(Object.fromEntries(read), {
      quiet: "set",
      isolcpus: "2-3",
      dyndbg: "file a.c +p",
      root: "UUID=ab=c",
    });
  });

  it("gets parameters, in the place of those with the same name; all else stays as it stands", () => {
    assert.equal(
      withParameters('root=/dev/sda2  isolcpus=1 dyndbg="file a.c +p" quiet', [
        ["isolcpus", "2-3"],
        ["threadirqs", "set"],
      ]),
      'root=/dev/sda2 dyndbg="file a.c +p" quiet isolcpus=2-3 threadirqs',
    );
  });
});

describe("a trial", () => {
  it("starts again 10 s after a panic, unless the wanted parameters say when", () => {
    const names = (wanted: Parameters<typeof trialParameters>[0]) =>
      trialParameters(wanted).map(([name, value]) => `${name}=${value}`);
    assert.deepEqual(names([["quiet", "set"]]), ["quiet=set", "panic=10", "init=/etc/distrobench/trial-init"]);
    assert.deepEqual(names([["panic", "30"]]), ["panic=30", "init=/etc/distrobench/trial-init"]);
  });
});

describe("a trial becomes the init of before", () => {
  const folder = mkdtempSync(join(tmpdir(), "distrobench-init-"));
  after(() => rmSync(folder, { recursive: true }));
  const before = (text: string) => {
    writeFileSync(join(folder, "cmdline"), `${text}\n`);
    return execFileSync("sh", ["-c", initBefore(join(folder, "cmdline")).toString()])
      .toString()
      .trim();
  };

  it("which is the last one that is named", () => {
    assert.equal(before("root=/dev/sda2 init=/bin/one quiet init=/usr/lib/systemd/systemd"), "/usr/lib/systemd/systemd");
    assert.equal(before("root=/dev/sda2 quiet rdinit=/init"), "");
  });

  it("and never another trial's, which is still on the command line when there was no restart since", () => {
    assert.equal(before("root=/dev/sda2 threadirqs panic=10 init=/etc/distrobench/trial-init"), "");
    assert.equal(before("init=/sbin/openrc-init panic=10 init=/etc/distrobench/trial-init"), "/sbin/openrc-init");
  });
});

describe("the boot loader's file", () => {
  const edited = (records: Parameters<typeof viewOf>[0], distribution: Parameters<typeof viewOf>[1], content: string) => {
    const loader = loaderOf(viewOf(records, distribution));
    assert.ok(!("notApplicable" in loader), JSON.stringify(loader));
    return [loader.path, loader.edit(content, [["nohz_full", "1"]])];
  };

  it("is a drop-in where GRUB reads such files, which adds to what all others say", () => {
    const records = [file("/etc/default/grub", ""), { kind: "loader", name: "grub.d", value: "yes" }, GRUB_LINE];
    const text =
      '# made by distrobench, removed by its destroy\nGRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT nohz_full=1"\n';
    assert.deepEqual(edited(records, "debian", ""), [DROP_IN, text]);
  });

  it("is GRUB's own elsewhere: the last assignment is changed, in its quotes and with its comment, or added", () => {
    const after = (before: string) => edited([file("/etc/default/grub", ""), GRUB_LINE], "tromjaro", before);
    const before = "A=1\nGRUB_CMDLINE_LINUX_DEFAULT='quiet nohz_full=2'\n# end";
    assert.deepEqual(after(before), ["/etc/default/grub", "A=1\nGRUB_CMDLINE_LINUX_DEFAULT='quiet nohz_full=1'\n# end"]);
    assert.equal(after("A=1")[1], 'A=1\nGRUB_CMDLINE_LINUX_DEFAULT="nohz_full=1"\n');
    assert.equal(
      after('GRUB_CMDLINE_LINUX_DEFAULT="root=a=b" # ours\n')[1],
      'GRUB_CMDLINE_LINUX_DEFAULT="root=a=b nohz_full=1" # ours\n',
    );
    const quoted = `GRUB_CMDLINE_LINUX_DEFAULT='dyndbg="file a.c +p"`;
    assert.equal(after(`${quoted}'\n`)[1], `${quoted} nohz_full=1'\n`);
  });

  it("is added to where its assignment is more than one line of one word, so that nothing of it is lost", () => {
    const edit = (before: string) => edited([file("/etc/default/grub", ""), GRUB_LINE], "tromjaro", before)[1];
    for (const before of ['GRUB_CMDLINE_LINUX_DEFAULT="quiet \\\n  splash"\n', 'GRUB_CMDLINE_LINUX_DEFAULT=quiet" splash"\n'])
      assert.equal(edit(before), `${before}GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT nohz_full=1"\n`);
  });

  it("is extlinux's on Alpine and one line on a Pi, and stays one", () => {
    const alpine = [file("/etc/update-extlinux.conf", ""), GRUB_LINE];
    assert.deepEqual(edited(alpine, "alpine", 'default_kernel_opts="quiet"\n')[1], 'default_kernel_opts="quiet nohz_full=1"\n');
    const pi = [file("/boot/firmware/cmdline.txt", ""), line("console=tty1")];
    assert.deepEqual(edited(pi, "raspberry-pi-os", "console=tty1 rootwait\n"), [
      "/boot/firmware/cmdline.txt",
      "console=tty1 rootwait nohz_full=1\n",
    ]);
  });

  it("is none on a machine whose kernel was given to it from outside, or by another boot loader", () => {
    const reason = (records: Parameters<typeof viewOf>[0]) => JSON.stringify(loaderOf(viewOf(records, "debian")));
    assert.match(reason([line("root=/dev/vda rw")]), /lab machine without `boot: grub`/);
    assert.match(reason([file("/etc/default/grub", ""), line("root=/dev/vda")]), /another boot loader started this kernel/);
  });

  it("is told of with the distribution's own command", () => {
    assert.deepEqual(applyCommands("/etc/default/grub"), applyCommands(DROP_IN));
    assert.deepEqual(applyCommands(DROP_IN).includes("update-grub"), true);
    assert.deepEqual(applyCommands("/etc/update-extlinux.conf"), ["update-extlinux"]);
    assert.deepEqual(applyCommands("/boot/cmdline.txt"), []);
  });
});

describe("boot knobs", () => {
  const found = {
    "file /etc/default/grub": `644 0:0 ${encode("GRUB_CMDLINE_LINUX_DEFAULT=quiet\n")}`,
    "boot BOOT_IMAGE": "/boot/vmlinuz",
    "boot quiet": "set",
    "value /proc/sys/vm/swappiness": "60",
  };
  const knobs = { "boot.isolcpus": "managed_irq,domain,serving", "boot.threadirqs": "set", "sysctl.vm.swappiness": "10" };
  const bench = () => {
    const host = new MemoryHost(found);
    const before = new Map(host.cells);
    const said: string[] = [];
    return { host, said, handler: createTuningHandler(async () => host), context: contextOf(said), before };
  };

  it("restart the host once, before the knobs that a restart forgets, and never again while all is as wanted", async () => {
    const { host, handler, context, before } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    assert.equal(host.restarts, 1);
    assert.equal(host.cells.get("boot isolcpus"), "managed_irq,domain,1-3");
    assert.match(contentOf(host.cells.get(`file ${DROP_IN}`) ?? ""), /isolcpus=managed_irq,domain,1-3 threadirqs"/);
    assert.equal(host.cells.get("value /proc/sys/vm/swappiness"), "10");
    const again = await handler.update(context, { id, inputs, outputs }, inputs);
    assert.equal(host.restarts, 1);
    await handler.delete(context, { id, inputs, outputs: again });
    assert.equal(host.restarts, 2);
    assert.deepEqual(host.cells, before);
    assert.equal(host.record, undefined);
  });

  it("taken out of a profile restart the host with the command line as it was, and keep the rest", async () => {
    const { host, handler, context } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    await handler.update(context, { id, inputs, outputs }, inputsOf({ "sysctl.vm.swappiness": "10" }));
    assert.deepEqual([host.restarts, host.cells.has("boot isolcpus"), host.cells.has(`file ${DROP_IN}`)], [2, false, false]);
    assert.equal(host.cells.get("value /proc/sys/vm/swappiness"), "10");
  });

  it("show a file edited by hand as drift, and put it right without a restart", async () => {
    const { host, handler, context, said } = bench();
    const inputs = inputsOf(knobs);
    const { id, outputs } = await handler.create(context, inputs);
    const ours = host.cells.get(`file ${DROP_IN}`) ?? "";
    host.cells.set(`file ${DROP_IN}`, `644 0:0 ${encode("# edited\n")}`);
    const seen = await handler.read(context, { id, inputs, outputs });
    assert.ok(seen !== "gone");
    assert.match(JSON.stringify(seen.inputs.knobs["boot.isolcpus"]), /edited/);
    assert.match(said.join("\n"), /boot\.isolcpus: expected .*found .*edited/s);
    await handler.update(context, { id, ...seen }, inputs);
    assert.deepEqual([host.cells.get(`file ${DROP_IN}`), host.restarts], [ours, 1]);
  });

  it("that a host does not come up with fail the tuning, with nothing left to take back", async () => {
    const { host, handler, context, before } = bench();
    host.failToStart(true);
    const inputs = inputsOf(knobs);
    const failure = await handler.create(context, inputs).then(
      () => assert.fail("it succeeded"),
      (error: PartialFailure<TuningOutputs>) => error,
    );
    assert.match(failure.message, /did not come up/);
    await handler.delete(context, { id: failure.id, inputs, outputs: failure.outputs });
    assert.deepEqual([host.cells, host.record], [before, undefined]);
  });

  it("that a tuned host does not come up with leave it as it was tuned, and all of that can be taken back", async () => {
    const { host, handler, context, before, said } = bench();
    const only = { "boot.threadirqs": "set" };
    const inputs = inputsOf(only);
    const { id, outputs } = await handler.create(context, inputs);
    const tuned = host.cells.get(`file ${DROP_IN}`);
    host.failToStart(true);
    const worse = inputsOf({ ...only, "boot.nosmt": "set" });
    const failure = await handler.update(context, { id, inputs, outputs }, worse).then(
      () => assert.fail("it succeeded"),
      (error: PartialFailure<TuningOutputs>) => error,
    );
    assert.equal(host.cells.get(`file ${DROP_IN}`), tuned);
    await handler.delete(context, { id, inputs: worse, outputs: failure.outputs });
    assert.deepEqual(said, []);
    assert.deepEqual([host.cells, host.record], [before, undefined]);
  });

  it("are taken back with a restart also when another value can't be: the record of that one stays", async () => {
    const { host, handler, context, before } = bench();
    const inputs = inputsOf({ ...knobs, "persisted.vm.swappiness": "10" });
    const { id, outputs } = await handler.create(context, inputs);
    host.refused.add("file /etc/sysctl.d/zz-distrobench-vm.swappiness.conf");
    await assert.rejects(handler.delete(context, { id, inputs, outputs }), /could not be put back to absent/);
    assert.deepEqual([host.restarts, host.record !== undefined], [2, true]);
    host.refused.clear();
    await handler.delete(context, { id, inputs, outputs });
    assert.deepEqual([host.cells, host.record], [before, undefined]);
  });

  it("refuse what a shell or GRUB would take for more than a word", () => {
    const view = viewOf([file("/etc/default/grub", ""), GRUB_LINE], "debian");
    for (const value of ['"', "a b", "$(reboot)", "a;b`c`"])
      assert.throws(() => planKnobs({ knobs: { "boot.x": value } }, view, undefined), UserError);
  });

  it("have no place for another init, which a trial needs for itself", () => {
    const view = viewOf([file("/etc/default/grub", ""), GRUB_LINE], "debian");
    assert.throws(() => planKnobs({ knobs: { "boot.init": "/bin/sh" } }, view, undefined), /boot\.init: a trial starts an init/);
  });

  it("are refused on the machine that distrobench itself runs on", async () => {
    const { host, context } = bench();
    const alone = { read: () => host.read(), write: host.write.bind(host) };
    const handler = createTuningHandler(async () => alone);
    await assert.rejects(handler.create(context, inputsOf(knobs)), /would end distrobench on this very machine/);
    const transport = {} as Parameters<typeof shellHost>[0];
    assert.equal(shellHost(transport, context.signal, { local: true }).boot, undefined);
  });
});
