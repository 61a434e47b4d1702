import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { $ } from "zx";
import { confirmDeadMan, forgetDeadMan } from "../../hosts/dead-man.ts";
import type { WriteOrder } from "../../kernel-tuning/host/port.ts";
import { parseRecords } from "../../kernel-tuning/host/records.ts";
import { readScript, writeScript } from "../../kernel-tuning/host/scripts.ts";
import { TAKEN } from "../../kernel-tuning/host/taken.ts";
import { digestOf, keptText, parseRecord } from "../../kernel-tuning/record.ts";
import type { Baseline, BaselineCell } from "../../kernel-tuning/schema.ts";
import { viewOf } from "../../kernel-tuning/view.ts";
import { until } from "../until.ts";
import { type Userland, userlandsIn } from "./userlands.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-tuning-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const library = join(folder, "lib");

/** Runs a script as a host would, with the record in a folder of the test. */
async function run({ shell, path }: Userland, script: { toString(): string }): Promise<string> {
  const text = script
    .toString()
    .replaceAll("/var/lib/distrobench", library)
    .replaceAll("/run/distrobench.", `${folder}/run.`)
    .replaceAll("/sys/kernel/debug/sched", join(folder, "sched"));
  const [command = "sh", ...words] = shell;
  const env = { ...process.env, ...(path === undefined ? {} : { PATH: path }) };
  return (await $({ quiet: true, env })`${command} ${words} -c ${text}`).stdout;
}

const cell = (kind: BaselineCell["kind"], name: string, before: string): BaselineCell => ({
  ...{ kind, name, before, wrote: "", origin: "live", at: "2026-01-01T00:00:00Z", bootId: "b" },
});
const baseline = (cells: readonly BaselineCell[], owner = "demo/box"): Baseline => ({
  ...{ version: 2, owner, profile: "p", at: "2026-01-01T00:00:00Z" },
  cells: [...cells],
});
const record = join(library, "baseline/tuning.json");
/** What a reader of the record knows it by now. */
const standing = () => (existsSync(record) ? digestOf(readFileSync(record, "utf8")) : undefined);

const userlands = await userlandsIn(folder);

for (const [name, shell] of Object.entries(userlands))
  describe(`the scripts under ${name}`, () => {
    const knob = join(folder, "a knob");
    const file = join(folder, "kept.conf");

    it("read many values, files and facts at once, and leave out what is not there", async () => {
      writeFileSync(knob, "32\t64  128\n");
      writeFileSync(file, "a = 1\n\n# no end", { mode: 0o640 });
      chmodSync(file, 0o640);
      const requests = [
        { kind: "value", name: join(folder, "a*") },
        { kind: "value", name: join(folder, "nothing") },
        { kind: "file", name: file },
        { kind: "file", name: join(folder, "absent.conf") },
        { kind: "slice", name: "nonexistent.slice" },
      ] as const;
      const view = viewOf(parseRecords(await run(shell, readScript(requests))), "debian");
      assert.equal(view.values.get(`value ${knob}`), "32 64 128");
      assert.equal(view.values.has(`value ${join(folder, "nothing")}`), false);
      assert.match(view.values.get(`file ${file}`) ?? "", /^640 \d+:\d+ [A-Za-z0-9+/=]+$/);
      assert.equal(view.values.get(`file ${join(folder, "absent.conf")}`), "absent");
      assert.equal(view.values.get("slice nonexistent.slice"), "absent");
      assert.ok(view.online.length > 0 && view.bootId.length === 36 && view.kernel[0] > 3);
    });

    const guardOrder = (seconds: number): WriteOrder => ({
      ...{ baseline: baseline([cell("value", knob, "60")]), over: standing() },
      ...{ steps: [{ kind: "value", name: knob, value: "10" }], readBack: [{ kind: "value", name: knob }] },
      guard: { undo: [{ kind: "value", name: knob, value: "60" }], seconds },
    });

    it("take back by themselves what nobody confirms, once the connection is gone, and say when", async () => {
      writeFileSync(knob, "60\n");
      const records = parseRecords(await run(shell, writeScript(guardOrder(1))));
      assert.equal(records.find(({ kind }) => kind === "value")?.value, "10");
      await until("the dead man acts", () => existsSync(`${folder}/run.guard.tuning.fired/at`));
      assert.equal(readFileSync(knob, "utf8"), "60\n");
      const told = await run(shell, confirmDeadMan("tuning"));
      assert.match(told, /^fired \d{4}-\d\d-\d\dT\S+Z\n$/);
      assert.equal(await run(shell, confirmDeadMan("tuning")), told);
      await run(shell, forgetDeadMan("tuning"));
      assert.equal(await run(shell, confirmDeadMan("tuning")), "lost\n");
    });

    it("keep what is confirmed, and a guard that is set up anew takes the place of the one before", async () => {
      writeFileSync(knob, "60\n");
      await run(shell, writeScript(guardOrder(1)));
      await run(shell, writeScript(guardOrder(3600)));
      for (const _ of [1, 2]) assert.equal(await run(shell, confirmDeadMan("tuning")), "confirmed\n");
      await run(shell, forgetDeadMan("tuning"));
      await sleep(2500);
      assert.equal(readFileSync(knob, "utf8"), "10\n");
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith("run.")),
        [],
      );
    });

    it("save the record first, write, say what was refused, and put files back byte for byte", async () => {
      writeFileSync(knob, "60\n");
      writeFileSync(file, "a = 1\n\n# no end");
      chmodSync(file, 0o640);
      const fresh = join(folder, "fresh.conf");
      const own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
      const before = `640 ${own} ${readFileSync(file).toString("base64")}`;
      const text = Buffer.from('it\'s "new" $HOME\n').toString("base64");
      const order: WriteOrder = {
        baseline: baseline([cell("value", knob, "60"), cell("file", file, before), cell("file", fresh, "absent")]),
        over: standing(),
        steps: [
          { kind: "value", name: knob, value: "10" },
          { kind: "value", name: join(folder, "no", "such"), value: "1" },
          { kind: "file", name: file, value: `644 ${own} ${text}` },
          { kind: "file", name: fresh, value: `600 ${own} ${text}` },
        ],
        readBack: [
          { kind: "value", name: knob },
          { kind: "file", name: fresh },
        ],
        afterwards: "forget",
      };
      const records = parseRecords(await run(shell, writeScript(order)));
      assert.deepEqual(
        records.filter(({ kind }) => kind === "result").map(({ value }) => value.split(" ")[0] === "0"),
        [true, false, true, true],
      );
      assert.match(records.find(({ name, kind }) => kind === "result" && name === "1")?.value ?? "", /such/);
      assert.equal(readFileSync(file, "utf8"), 'it\'s "new" $HOME\n');
      const view = viewOf(parseRecords(await run(shell, readScript([]))), "debian");
      assert.equal(view.record?.cells[0]?.before, "60");
      assert.deepEqual([view.record?.cells[0]?.also, view.record?.cells[2]?.also], [["10"], [`600 ${own} ${text}`]]);

      const back = {
        ...order,
        over: standing(),
        steps: [
          { kind: "file", name: fresh, value: "absent" },
          { kind: "file", name: file, value: before },
          { kind: "value", name: knob, value: "60" },
        ],
      } as const satisfies WriteOrder;
      await run(shell, writeScript(back));
      assert.equal(readFileSync(file, "utf8"), "a = 1\n\n# no end");
      assert.equal(statSync(file).mode & 0o777, 0o640);
      assert.deepEqual([existsSync(fresh), readFileSync(knob, "utf8"), existsSync(library)], [false, "60\n", false]);
    });

    it("write through a link, which stays one, and leave no temporary file behind when a write fails", async () => {
      const [real, link] = [join(folder, "real.conf"), join(folder, "link.conf")];
      writeFileSync(real, "a = 1\n");
      chmodSync(real, 0o640);
      rmSync(link, { force: true });
      symlinkSync("real.conf", link);
      const view = viewOf(parseRecords(await run(shell, readScript([{ kind: "file", name: link }]))), "debian");
      const before = view.values.get(`file ${link}`) ?? "";
      assert.match(before, /^640 /);
      const write = async (value: string) => {
        const steps = [{ kind: "file", name: link, value }] as const;
        const script = writeScript({ baseline: baseline([]), over: standing(), steps, readBack: [], afterwards: "forget" });
        const records = parseRecords(await run(shell, script));
        return records.find(({ kind }) => kind === "result")?.value.split(" ")[0];
      };
      const own = before.split(" ")[1];
      assert.equal(await write(`600 ${own} ${Buffer.from("b\n").toString("base64")}`), "0");
      assert.deepEqual([readFileSync(real, "utf8"), lstatSync(link).isSymbolicLink()], ["b\n", true]);
      assert.equal(await write(`nonsense ${own} `), "1");
      assert.equal(await write(before), "0");
      assert.deepEqual([readFileSync(real, "utf8"), statSync(real).mode & 0o777], ["a = 1\n", 0o640]);
      assert.deepEqual(
        readdirSync(folder).filter((name) => /^(real|link)\.conf\../.test(name)),
        [],
      );
      rmSync(library, { recursive: true, force: true });
    });

    it("hold a device open beyond the end of the connection, find the holder again, and end it", async () => {
      const device = join(folder, "cpu_dma_latency");
      writeFileSync(device, "");
      const cell = { kind: "latency", name: device } as const;
      const write = async (value: string) => {
        const keeping = { baseline: baseline([]), over: standing() };
        const order = { ...keeping, steps: [{ ...cell, value }], readBack: [cell], afterwards: "forget" as const };
        const records = parseRecords(await run(shell, writeScript(order)));
        assert.deepEqual(
          records.map(({ value }) => value.split(" ")[0]),
          ["0", value],
        );
      };
      const read = async () =>
        viewOf(parseRecords(await run(shell, readScript([cell]))), "debian").values.get(`latency ${device}`);
      assert.equal(await read(), "released");
      await write("10");
      await write("3");
      const [holder = ""] = readFileSync(join(folder, "run.latency"), "utf8").split(" ");
      assert.deepEqual([await read(), readFileSync(device, "utf8")], ["3", "0x00000003"]);
      process.kill(Number(holder), "SIGKILL");
      await until("the holder ends", () => !existsSync(`/proc/${holder}/exe`));
      assert.equal(await read(), "released");
      await write("5");
      await write("released");
      assert.equal(existsSync(join(folder, "run.latency")), false);
      const missing = { kind: "latency", name: join(folder, "no-device") } as const;
      assert.equal(
        parseRecords(await run(shell, readScript([missing]))).some(({ kind }) => kind === "latency"),
        false,
      );
    });

    const orderOf = (kept: Baseline, value: string, over = standing()): WriteOrder => ({
      ...{ baseline: kept, over, steps: [{ kind: "value", name: knob, value }], readBack: [] },
    });
    /** What somebody finds out who comes upon another record. */
    const ownerInTheWay = (error: { readonly exitCode?: unknown; readonly stdout?: string }) => {
      assert.equal(error.exitCode, TAKEN);
      return parseRecord(keptText(parseRecords(error.stdout ?? ""), "tuning.json")).owner;
    };

    it("let one of several have a host that they take at the same moment; the others change nothing, and are told whose it is", async () => {
      writeFileSync(knob, "60\n");
      const owners = ["1", "2", "3", "4"];
      const orders = owners.map((owner) => orderOf(baseline([], owner), owner));
      const ended = await Promise.allSettled(orders.map((order) => run(shell, writeScript(order))));
      const winner = owners[ended.findIndex(({ status }) => status === "fulfilled")];
      const others = ended.flatMap((one) => (one.status === "rejected" ? [ownerInTheWay(one.reason)] : []));
      assert.deepEqual(others, [winner, winner, winner]);
      assert.equal(readFileSync(knob, "utf8"), `${winner}\n`);
      assert.deepEqual(readdirSync(join(library, "baseline")).sort(), ["tuning.json", "tuning.readback"]);
    });

    it("put no record in the place of one that is another than it was when it was read, and end none that is not theirs", async () => {
      writeFileSync(knob, "60\n");
      const seen = standing();
      await run(shell, writeScript(orderOf(baseline([], "forced"), "20")));
      await assert.rejects(run(shell, writeScript(orderOf(baseline([]), "10", seen))), (error: object) => {
        assert.equal(ownerInTheWay(error), "forced");
        return true;
      });
      assert.deepEqual([readFileSync(knob, "utf8"), parseRecord(readFileSync(record, "utf8")).owner], ["20\n", "forced"]);
      const thief = join(folder, "thief");
      writeFileSync(thief, JSON.stringify(baseline([], "thief")));
      const replaced = writeScript({ ...orderOf(baseline([]), "30"), afterwards: "forget" })
        .toString()
        .replace("step 0", `cp ${thief} "$R"; step 0`);
      await run(shell, replaced);
      assert.equal(parseRecord(readFileSync(record, "utf8")).owner, "thief");
      rmSync(library, { recursive: true });
    });

    it("change nothing when the record cannot be saved", async () => {
      writeFileSync(knob, "60\n");
      writeFileSync(library, "in the way");
      const order = orderOf(baseline([]), "10");
      await assert.rejects(run(shell, writeScript(order)), (error: { exitCode?: unknown }) => error.exitCode === 70);
      assert.equal(readFileSync(knob, "utf8"), "60\n");
      rmSync(library);
    });

    it("have the kernel note a scheduler's value, which it would else compute anew when a cpuset is cut out", async () => {
      const [slice, scaling] = [join(folder, "sched/base_slice_ns"), join(folder, "sched/tunable_scaling")];
      mkdirSync(join(folder, "sched"), { recursive: true });
      writeFileSync(slice, "1400000\n");
      writeFileSync(scaling, "1\n");
      utimesSync(scaling, 1, 1);
      const steps = [{ kind: "value", name: slice, value: "900000" }] as const;
      await run(shell, writeScript({ baseline: baseline([]), over: standing(), steps, readBack: [], afterwards: "forget" }));
      assert.deepEqual([readFileSync(slice, "utf8"), readFileSync(scaling, "utf8")], ["900000\n", "1\n"]);
      assert.ok(statSync(scaling).mtimeMs > 1000, "its scaling was not set anew");
    });

    it("hand controllers on, and take back those that were not", async () => {
      const control = join(folder, "control");
      mkdirSync(folder, { recursive: true });
      writeFileSync(control, "cpu io\n");
      const steps = [{ kind: "controllers", name: control, value: "cpu memory" }] as const;
      const keeping = { baseline: baseline([]), over: standing() };
      await run(shell, writeScript({ ...keeping, steps, readBack: [], afterwards: "forget" }));
      // A plain file keeps only the last of the writes; the first one, which takes io back, was there before.
      assert.equal(readFileSync(control, "utf8"), "+memory\n");
    });
  });
