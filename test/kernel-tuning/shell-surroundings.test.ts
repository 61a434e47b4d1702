import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { $ } from "zx";
import type { WriteStep } from "../../kernel-tuning/host/port.ts";
import { writeScript } from "../../kernel-tuning/host/scripts.ts";
import type { Baseline } from "../../kernel-tuning/schema.ts";
import { attributesOf, noAttributes, setAttributes } from "../file-attributes.ts";
import { until } from "../until.ts";
import { userlandsIn } from "./userlands.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-surroundings-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const library = join(folder, "lib");
const userlands = await userlandsIn(folder);
const baseline: Baseline = { version: 2, owner: "demo/box", profile: "p", at: "2026-01-01T00:00:00Z", cells: [] };

for (const [name, { shell, path = process.env.PATH }] of Object.entries(userlands)) {
  /** Writes one step on a host without systemd that has one command more, or another one. */
  const write = async (step: WriteStep, command: string, text: string) => {
    const place = join(folder, "commands", name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, command), `#!/bin/sh\n${text}\n`);
    chmodSync(join(place, command), 0o755);
    rmSync(library, { recursive: true, force: true });
    const script = writeScript({ baseline, over: undefined, steps: [step], readBack: [] }).toString();
    const moved = script
      .replaceAll("/var/lib/distrobench", library)
      .replaceAll("/run/systemd/system", join(folder, "no-systemd"));
    const [first = "sh", ...words] = shell;
    return await $({ quiet: true, env: { ...process.env, PATH: `${place}:${path}` } })`${first} ${words} -c ${moved}`;
  };

  describe(`the scripts among what a host has, under ${name}`, () => {
    it("start a service with the umask of the login, though nobody else may read the record", async () => {
      const noted = join(folder, "umask");
      await write({ kind: "service", name: "crond", value: "running" }, "rc-service", `umask >${noted}`);
      assert.equal(Number.parseInt(readFileSync(noted, "utf8"), 8), process.umask());
      const record = join(library, "baseline/tuning.json");
      assert.deepEqual([statSync(library).mode & 0o77, statSync(record).mode & 0o77], [0, 0]);
    });

    it("do not wait for the end of a daemon that keeps its output open, and tell what a service says that fails", async () => {
      const daemon = join(folder, "daemon");
      const text = `setsid sh -c 'echo $$ >${daemon}; exec sleep 60' & echo "no such interface"; exit 3`;
      const began = performance.now();
      const { stdout } = await write({ kind: "service", name: "crond", value: "running" }, "rc-service", text);
      assert.ok(performance.now() - began < 30_000, "it waited");
      assert.match(stdout, /^result\t0\t3 no such interface$/m);
      await until("the daemon runs", () => existsSync(daemon) && readFileSync(daemon, "utf8") !== "");
      process.kill(Number(readFileSync(daemon, "utf8")));
      rmSync(daemon);
    });

    it("keep a file's ACL and attributes while it is ours, and when it is put back", { skip: noAttributes }, async () => {
      const file = join(folder, "attributes.conf");
      writeFileSync(file, "before\n");
      setAttributes(file);
      const found = attributesOf(file);
      const own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
      for (const text of ["ours\n", "before\n"]) {
        const value = `660 ${own} ${Buffer.from(text).toString("base64")}`;
        await write({ kind: "file", name: file, value }, "unused", ":");
        assert.deepEqual([readFileSync(file, "utf8"), attributesOf(file)], [text, found]);
      }
      assert.equal(statSync(file).mode & 0o777, 0o660);
    });

    // busybox has a sync of its own in the shell.
    it("have a file's new bytes on the disk before it takes the place of the old one", {
      skip: /busybox/.test(name),
    }, async () => {
      const [file, synced] = [join(folder, "durable.conf"), join(folder, "synced")];
      writeFileSync(file, "old\n");
      const own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
      const value = `644 ${own} ${Buffer.from("new\n").toString("base64")}`;
      const note = `for f; do case $f in ${file}.*) cat "$f" ${file} >${synced} ;; esac; done`;
      await write({ kind: "file", name: file, value }, "sync", note);
      assert.deepEqual([readFileSync(synced, "utf8"), readFileSync(file, "utf8")], ["new\nold\n", "new\n"]);
    });
  });
}
