import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { $ } from "zx";
import type { WriteStep } from "../../kernel-tuning/host/port.ts";
import { parseRecords } from "../../kernel-tuning/host/records.ts";
import { readScript, writeScript } from "../../kernel-tuning/host/scripts.ts";
import type { Baseline } from "../../kernel-tuning/schema.ts";
import { viewOf } from "../../kernel-tuning/view.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-systemd-"));
const CPUS = join(folder, "cgroup/system.slice/cpuset.cpus");
const CONTROL = join(folder, "systemd.control");
const WEIGHT = join(folder, "cgroup/model.slice/cpu.weight");
const DROP_IN = join(CONTROL, "system.slice.d/50-AllowedCPUs.conf");

/** Does to files what systemd 252 does: a property has a drop-in and a kernel's file, a user's unit a state. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>${folder}/asked
case "$*" in
"show -p LoadState,"*) while [ "$1" != -- ]; do shift; done; shift
  for u; do f=${folder}/units/\${u%.service}; [ ! -f "$f" ] || cat "$f"; [ -f "$f" ] || echo LoadState=not-found; echo; done ;;
"set-property --runtime system.slice AllowedCPUs="*) v=\${4#*=}; mkdir -p ${CONTROL}/system.slice.d; echo "$4" >${DROP_IN}; echo "$v" >${CPUS} ;;
"set-property --runtime model.slice CPUWeight="*) v=\${4#*=}; (sleep 0.5; echo "$v" >${WEIGHT}) >/dev/null 2>&1 & ;;
"--user show"*) u=$XDG_RUNTIME_DIR/state.$6; [ -f "$u" ] || { echo LoadState=not-found; exit 0; }
  echo LoadState=loaded; echo "ActiveState=$(cat "$u")" ;;
"--user start"*) echo active >"$XDG_RUNTIME_DIR/state.$4" ;;
"--user stop"*) echo inactive >"$XDG_RUNTIME_DIR/state.$4" ;;
esac
`;
const SETPRIV = '#!/bin/sh\nwhile [ "$1" != env ]; do shift; done\nexec "$@"\n';

async function run(script: { toString(): string }): Promise<ReturnType<typeof parseRecords>> {
  const places = {
    ...{ "/var/lib/distrobench": `${folder}/lib`, "/run/systemd/system": `${folder}/systemd` },
    ...{ "/run/user": `${folder}/user`, "/sys/fs/cgroup": `${folder}/cgroup` },
  };
  const text = Object.entries(places).reduce((all, [from, to]) => all.replaceAll(from, to), script.toString());
  const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}` };
  return parseRecords((await $({ quiet: true, env })`sh -c ${text}`).stdout);
}
/** A unit as systemd shows it, by the properties that say something. */
function unit(name: string, state: string, properties: Readonly<Record<string, string>> = {}): void {
  const lines = { LoadState: "loaded", ActiveState: state, Transient: "no", ...properties };
  const text = Object.entries(lines).map(([property, value]) => `${property}=${value}\n`);
  mkdirSync(join(folder, "units"), { recursive: true });
  writeFileSync(join(folder, "units", name), text.join(""));
}
const read = async (kind: "confined" | "session", name: string) =>
  [...viewOf(await run(readScript([{ kind, name }])), "debian").values].filter(([key]) => key.startsWith(kind));
const write = async (step: WriteStep) => {
  const baseline: Baseline = { version: 2, owner: "demo/box", profile: "p", at: "2026-01-01T00:00:00Z", cells: [] };
  const order = { baseline, over: undefined, steps: [step], readBack: [step], afterwards: "forget" as const };
  const records = await run(writeScript(order));
  assert.deepEqual(
    records.map(({ kind, value }) => [kind, value.trim()]),
    [
      ["result", "0"],
      [step.kind, step.value],
    ],
  );
};

describe("the scripts beside systemd", () => {
  const server = createServer();
  before(async () => {
    for (const path of ["bin", "systemd", "cgroup/system.slice", "user/1000/systemd", "user/1001"])
      mkdirSync(join(folder, path), { recursive: true });
    for (const [name, text] of Object.entries({ systemctl: SYSTEMCTL, setpriv: SETPRIV })) {
      writeFileSync(join(folder, "bin", name), text);
      chmodSync(join(folder, "bin", name), 0o755);
    }
    writeFileSync(join(folder, "cgroup/cgroup.controllers"), "cpuset cpu\n");
    await new Promise<void>((resolve) => server.listen(join(folder, "user/1000/systemd/private"), resolve));
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("keep a slice to some CPUs, change them, and leave nothing of it when it may use all again", async () => {
    assert.deepEqual(await read("confined", "system.slice"), [["confined system.slice", "all"]]);
    await write({ kind: "confined", name: "system.slice", value: "0" });
    assert.equal(existsSync(DROP_IN), true);
    await write({ kind: "confined", name: "system.slice", value: "0,2-3" });
    await write({ kind: "confined", name: "system.slice", value: "all" });
    assert.deepEqual([existsSync(CONTROL), readFileSync(CPUS, "utf8").trim()], [false, ""]);
    assert.match(readFileSync(join(folder, "asked"), "utf8"), /daemon-reload\n$/);
  });

  it("wait for a property that is there already to have the new value, which systemd writes after it has answered", async () => {
    mkdirSync(join(folder, "cgroup/model.slice"));
    writeFileSync(WEIGHT, "100\n");
    await write({ kind: "property", name: "model.slice/cpu.weight", value: "300", assignment: "CPUWeight=300" });
  });

  it("leave other drop-ins of the slice where they are", async () => {
    const other = join(CONTROL, "system.slice.d/50-CPUWeight.conf");
    await write({ kind: "confined", name: "system.slice", value: "0" });
    writeFileSync(other, "[Slice]\nCPUWeight=50\n");
    await write({ kind: "confined", name: "system.slice", value: "all" });
    assert.deepEqual([existsSync(DROP_IN), existsSync(other)], [false, true]);
  });

  it("say nothing of a slice that is not there", async () => {
    assert.deepEqual(await read("confined", "user.slice"), []);
  });

  it("say of every service whether it runs and what goes along with it, further and further, and of what that is the same", async () => {
    unit("base", "active", { TriggeredBy: "base.timer base.socket", RequiredBy: "needs.service", ConsistsOf: "" });
    unit("base.socket", "active", { RequiredBy: "base.service" });
    unit("base.timer", "inactive");
    unit("needs", "activating", { ConsistsOf: "further.service", BoundBy: "run-u7.service dev-a\\x2db.mount" });
    unit("further", "failed");
    unit("run-u7", "active", { Transient: "yes", RequiredBy: "lost.service" });
    unit("dev-a\\x2db.mount", "active");
    unit("alone", "active");
    const requests = ["base", "alone", "nothing"].map((name) => ({ kind: "service", name }) as const);
    const { values, along } = viewOf(await run(readScript(requests)), "debian");
    assert.deepEqual(
      [...values].filter(([key]) => key.startsWith("service ")).map(([key, value]) => `${key.slice(8)} ${value}`),
      [
        ...["base running", "alone running", "base.timer stopped", "base.socket running", "needs.service running"],
        ...["base.service running", "further.service stopped", "dev-a\\x2db.mount running"],
      ],
    );
    assert.deepEqual(Object.fromEntries(along), {
      base: ["base.timer", "base.socket", "needs.service"],
      "base.service": ["base.timer", "base.socket", "needs.service"],
      "base.socket": ["base.service"],
      "needs.service": ["further.service", "run-u7.service", "dev-a\\x2db.mount"],
    });
  });

  it("stop and start a unit of whoever has a user manager, and say nothing of whoever has none or lacks the unit", async () => {
    writeFileSync(join(folder, "user/1000/state.localsearch-3"), "active\n");
    writeFileSync(join(folder, "user/1001/state.localsearch-3"), "active\n");
    assert.deepEqual(await read("session", "*/localsearch-3"), [["session 1000/localsearch-3", "running"]]);
    assert.deepEqual(await read("session", "*/kde-baloo"), []);
    await write({ kind: "session", name: "1000/localsearch-3", value: "stopped" });
    await write({ kind: "session", name: "1000/localsearch-3", value: "running" });
    assert.deepEqual(await read("session", "1001/localsearch-3"), []);
  });
});
