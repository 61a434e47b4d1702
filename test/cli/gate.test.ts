import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CommanderError } from "commander";
import { commandLine } from "../../cli/command-line.ts";
import { Exit } from "../../cli/context.ts";
import { before, now, times } from "../benchmarks/gate/sessions.ts";
import { writeSession } from "../report/write-session.ts";
import { RIGHT } from "../stacks/matrix-text.ts";
import { memoryContext, outcomeOf } from "./memory-context.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-gate-"));
after(() => rmSync(root, { recursive: true }));
copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));
const stack = (name: string, day: number) => ({
  ...{ stack: name, id: `2026010${day}T000000Z-${name}-cold-start`, startedAt: `2026-01-0${day}T00:00:00.000Z` },
});
writeSession(root, before({ variants: times(), session: stack("mine", 1) }));
writeSession(root, before({ variants: times(), session: { ...stack("mine", 2), outcome: "failed" } }));
writeSession(root, now({ variants: times({ "debian-13/podman": 1.14 * 1.3 }), session: stack("mine", 3) }));
writeSession(root, now({ variants: times(), session: stack("alone", 1) }));
const [first, last] = [1, 3].map((day) => stack("mine", day).id);

async function run(...words: string[]) {
  const memory = memoryContext({ root });
  const error = await outcomeOf(memory.context, words);
  const code = error instanceof Exit ? error.code : error instanceof CommanderError ? "usage" : error === undefined ? 0 : "error";
  return { code, error, stdout: memory.stdout(), stderr: memory.stderr() };
}

describe("distrobench gate", () => {
  it("judges the newest session against the newest valid one before it", async () => {
    const { code, stdout } = await run("gate", "mine");
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`against ${first}, regression mode, tolerance 10 %`));
    assert.match(stdout, /FAIL \(exit code 1\)\n$/);
  });
  it("has no baseline for a first session", async () => assert.equal((await run("gate", "alone")).code, 4));
  it("takes another tolerance, mode and session", async () => {
    assert.equal((await run("gate", "mine", "--tolerance", "60%")).code, 0);
    const { code, stdout } = await run("gate", "--session", last ?? "", "--baseline", first ?? "", "--mode", "reproduction");
    assert.equal(code, 1);
    assert.match(stdout, /reproduction mode/);
  });
  it("judges variants of the session against one of them", async () => {
    const { code, stdout } = await run("gate", "alone", "--baseline", "debian-13/docker");
    assert.equal(code, 1);
    assert.match(stdout, /debian-13\/podman against debian-13\/docker/);
  });
  it("prints data and nothing else with --json", async () => {
    const { stdout, stderr } = await run("gate", "mine", "--json");
    assert.equal(JSON.parse(stdout).verdict, "FAIL");
    assert.equal(stderr, "");
  });
  it("writes JUnit and Markdown beside", async () => {
    const [junit, markdown] = [join(root, "gate.xml"), join(root, "comment.md")];
    await run("gate", "mine", "--junit", junit, "--markdown", markdown);
    assert.match(readFileSync(junit, "utf8"), /<failure /);
    assert.match(readFileSync(markdown, "utf8"), /^### FAIL: Container cold start \(mine\/cold-start\)/);
    const { error } = await run("gate", "mine", "--junit", join(root, "missing/gate.xml"));
    assert.match(String(error), /gate\.xml cannot be written: ENOENT: no such file or directory/);
  });
  it("leaves a damaged old session out", async () => {
    const damaged = stack("damaged", 1);
    writeSession(root, before({ variants: times(), session: damaged }));
    writeFileSync(join(root, "results", damaged.id, "samples.jsonl"), "{\n{");
    writeSession(root, now({ variants: times(), session: stack("damaged", 2) }));
    assert.equal((await run("gate", "damaged")).code, 4);
  });
  it("says what is wrong with what it was given", async () => {
    for (const share of ["10", "0%", "101%", "ten"]) {
      const { code, stderr } = await run("gate", "mine", "--tolerance", share);
      assert.equal(code, "usage");
      assert.match(stderr, /expected a share above 0% and up to 100%, such as 10%/);
    }
    assert.match((await run("gate", "mine", "--exact-tolerance", "1")).stderr, /expected a share from 0% to 100%, such as 1%/);
    assert.equal((await run("gate", "mine", "--exact-tolerance", "0%")).code, 1);
    mkdirSync(join(root, "stacks"), { recursive: true });
    writeFileSync(join(root, "stacks", "quiet.yaml"), RIGHT);
    assert.match(String((await run("gate", "quiet")).error), /nothing has been measured yet for the stack quiet/);
    assert.match(
      String((await run("gate", "quite")).error),
      /there is no stack quite, and no session of one; did you mean quiet\?/,
    );
    assert.match(
      String((await run("gate", "mine", "--baseline", "debian-13/dokcer")).error),
      /there is no session debian-13\/dokcer/,
    );
    assert.match(
      String((await run("gate", "--session", last ?? "", "--baseline", last ?? "")).error),
      /cannot be its own baseline/,
    );
  });
});

describe("what a matrix says of its gate", () => {
  const near = { variants: times({ "debian-13/podman": 1.14 * 1.095 }) };
  const declare = (name: string, gate: string) => {
    mkdirSync(join(root, "stacks"), { recursive: true });
    writeFileSync(join(root, "stacks", `${name}.yaml`), `${RIGHT}gate: ${gate}\n`);
  };
  writeSession(root, before({ variants: times(), session: stack("near", 1) }));
  writeSession(root, now({ ...near, session: stack("near", 2) }));
  writeSession(root, now({ variants: times(), session: stack("first", 1) }));

  it("lets INCONCLUSIVE pass where it says warn, loudly, and the verdict stays what it is", async () => {
    assert.equal((await run("gate", "near")).code, 2);
    declare("near", "{ inconclusive: warn }");
    const { code, stdout, stderr } = await run("gate", "near", "--junit", join(root, "near.xml"));
    assert.equal(code, 0);
    assert.match(stdout, /\nINCONCLUSIVE \(exit code 2\)\n$/);
    assert.equal(
      stderr,
      "WARNING: near/cold-start is INCONCLUSIVE and does not block, because stacks/near.yaml says gate.inconclusive: warn\n",
    );
    assert.match(readFileSync(join(root, "near.xml"), "utf8"), /<skipped /);
    const { verdict, exitCode } = JSON.parse((await run("gate", "near", "--json")).stdout);
    assert.deepEqual([verdict, exitCode], ["INCONCLUSIVE", 0]);
  });
  it("lets NO-BASELINE pass where it says so, and nothing that it does not name", async () => {
    declare("first", "{ noBaseline: warn }");
    assert.equal((await run("gate", "first")).code, 0);
    declare("first", "{ inconclusive: warn }");
    assert.equal((await run("gate", "first")).code, 4);
    declare("near", "{ inconclusive: block }");
    assert.equal((await run("gate", "near")).code, 2);
  });
  it("decides what is judged: a benchmark that it no longer has fails nobody for ever", async () => {
    const old = (day: number) => ({ ...stack("renamed", day), benchmark: "old-name" });
    const slow = { variants: times({ "debian-13/podman": 1.14 * 1.3 }) };
    writeSession(root, before({ variants: times(), session: old(1) }));
    writeSession(root, now({ ...slow, session: old(2) }));
    assert.equal((await run("gate", "renamed")).code, 1);
    declare("renamed", "{}");
    assert.match(String((await run("gate", "renamed")).error), /nothing has been measured yet/);
    writeSession(root, now({ variants: times(), session: stack("renamed", 3) }));
    assert.equal((await run("gate", "renamed")).code, 4);
  });
  it("names what it has and nobody has measured, which a PASS would hide", async () => {
    writeSession(root, before({ variants: times(), session: stack("half", 1) }));
    writeSession(root, now({ variants: times(), session: stack("half", 2) }));
    writeFileSync(join(root, "stacks", "half.yaml"), `${RIGHT}  commands: { test: command, hosts: [one] }\n`);
    const { code, stderr } = await run("gate", "half");
    assert.equal(code, 0);
    assert.equal(stderr, "WARNING: half/commands is not judged: it has no session\n");
    assert.equal((await run("gate", "half", "--baseline", "debian-13/docker")).stderr, "");
  });
  it("never lets FAIL pass", async () => {
    declare("mine", "{ inconclusive: warn, noBaseline: warn }");
    assert.equal((await run("gate", "mine")).code, 1);
  });
  it("is refused where it says anything else, with the line", async () => {
    declare("near", "{ fail: warn, inconclusive: ignore }");
    const { error } = await run("gate", "near");
    assert.match(String(error), /stacks\/near\.yaml:17:9: gate\.fail: unknown key, expected one of inconclusive, noBaseline/);
    assert.match(String(error), /gate\.inconclusive: expected one of block, warn, found "ignore"/);
  });
});

describe("distrobench compare", () => {
  it("compares two sessions", async () => {
    const { code, stdout } = await run("compare", first ?? "", `results/${last}/`);
    assert.equal(code, 0);
    assert.match(stdout, /debian-13\/podman: start to first 200 .* slower/);
  });
  it("compares two variants of the newest session, or of a named one", async () => {
    assert.match((await run("compare", "debian-13/docker", "debian-13/podman", "--stack", "mine")).stdout, new RegExp(`${last}`));
    const { stdout } = await run("compare", "debian-13/docker", "debian-13/podman", "--session", first ?? "", "--json");
    assert.equal(JSON.parse(stdout).comparisons[0].session, first);
  });
  it("suggests what a wrong name may have meant", async () => {
    const { error } = await run("compare", "debian-13/docker", "debian-13/podmen", "--stack", "mine");
    assert.match(String(error), /debian-13\/podmen is neither a session nor a variant .*did you mean debian-13\/podman\?/);
    assert.match(String((await run("compare", "a", "a")).error), /a is the same as a/);
  });
});

it("distrobench report shows intervals on a terminal that does not tell how wide it is", async () => {
  const { context, stdout } = memoryContext({ root });
  Object.assign(context.stdout, { columns: 0 });
  await commandLine(context).parseAsync(["report", "--stack", "alone"], { from: "user" });
  assert.match(stdout(), /95 % interval/);
});

describe("distrobench report --format", () => {
  for (const [format, start] of [
    ["json", "{"],
    ["markdown", "# distrobench"],
    ["csv", "session,stack,"],
    ["csv-summary", "session,stack,"],
    ["pull-request", "### distrobench"],
    ["bencher", "{"],
    ["otava", "time,session,debian-13/docker.total,"],
  ] as const)
    it(`prints ${format}`, async () => {
      const { code, stdout } = await run("report", "--stack", "mine", "--format", format);
      assert.equal(code, 0);
      assert.ok(stdout.startsWith(start), stdout.slice(0, 80));
    });
  it("takes the whole history for change points", async () => {
    const { stdout } = await run("report", "--stack", "mine", "--format", "otava");
    assert.equal(stdout.trimEnd().split("\n").length, 3);
  });
  it("is for the matrix's one benchmark, whatever it measured once", async () => {
    writeSession(root, before({ variants: times(), session: { ...stack("mine", 4), benchmark: "old-name" } }));
    const { stdout } = await run("report", "--stack", "mine", "--format", "otava");
    assert.equal(stdout.trimEnd().split("\n").length, 3);
  });
  it("refuses a format there is not", async () => {
    const { code, stderr } = await run("report", "--format", "xls");
    assert.equal(code, "usage");
    assert.match(stderr, /Allowed choices are json, markdown, pull-request, csv/);
  });
});
