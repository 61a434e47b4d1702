import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { secret } from "@pulumi/pulumi";
import type { EngineEvent, PreviewResult } from "@pulumi/pulumi/automation/index.js";
import { File, type Project, withProject } from "./provider/project.ts";

const token = "t0ken-of-the-test";

interface Exported {
  readonly resources: readonly {
    readonly type: string;
    readonly inputs?: Record<string, unknown>;
    readonly initErrors?: string[];
  }[];
  readonly pending_operations?: readonly unknown[];
}

async function state(project: Project): Promise<Exported> {
  return (await project.stack.exportStack()).deployment as Exported;
}

/** The checkpoint as it lies on the disk. */
function stored(project: Project): string {
  return readFileSync(join(project.directory, "state", ".pulumi", "stacks", "files-test", "dev.json"), "utf8");
}

async function files(project: Project): Promise<Exported["resources"]> {
  return (await state(project)).resources.filter(({ type }) => type === "files:index:File");
}

const changes = ({ changeSummary: { same: _same, ...rest } }: PreviewResult) => rest;
const declareOne = (project: Project, content: string, more: object = {}) =>
  project.declare(
    () => void new File("one", { path: project.path("one"), content, fate: join(project.directory, "fate"), ...more }),
  );

function journal(project: Project): string[] {
  const file = join(project.directory, "journal");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

test("a resource is previewed, made, left alone, repaired and replaced in the right order", async () => {
  await withProject(async (project) => {
    const { stack } = project;
    declareOne(project, "hello", { token: secret(token) });
    assert.deepEqual(changes(await stack.preview()), { create: 2 });
    assert.equal(project.read("one"), undefined, "a preview writes nothing");
    const events: EngineEvent[] = [];
    await stack.up({ onEvent: (event) => void events.push(event) });
    assert.equal(project.read("one"), "hello");
    assert.ok(
      events.some(
        ({ diagnosticEvent: line }) => line?.ephemeral === true && line.message.startsWith("writes 5 characters with [secret]"),
      ),
      "progress shows under the resource, without the secret",
    );
    const again = await stack.up();
    assert.deepEqual(again.summary.resourceChanges, { same: 2 });

    project.write("one", "changed by hand");
    assert.deepEqual(changes(await stack.preview()), { update: 1 }, "drift shows in a plain preview");
    await stack.up();
    assert.equal(project.read("one"), "hello");

    declareOne(project, "hello", { token: secret(token), connection: { address: "moved" } });
    assert.deepEqual(changes(await stack.preview()), {}, "where a host is reached is no reason to act");
    await stack.up();
    assert.equal(journal(project).length, 2);

    const moved = { path: project.path("two"), token: secret(token) };
    declareOne(project, "hello", moved);
    await stack.up();
    assert.deepEqual(journal(project).slice(2), [`delete ${project.path("one")}`, `write ${project.path("two")}`]);
    assert.match(stored(project), /"content": ?"hello"/);
    assert.doesNotMatch(stored(project), new RegExp(`${token}|moved`));
    await stack.destroy();
    assert.equal(project.read("two"), undefined);
  });
});

test("a preview shows dependants as changed only where an output may change", async () => {
  await withProject(async (project) => {
    const { stack } = project;
    const declare = (content: string) =>
      project.declare(() => {
        const one = new File("one", { path: project.path("one"), content });
        new File("by-folder", { path: project.path("by-folder"), content: one.folder });
        new File("by-length", { path: project.path("by-length"), content: one.length.apply(String) });
      });
    declare("hello");
    assert.deepEqual(changes(await stack.preview()), { create: 4 });
    await stack.up();
    assert.equal(project.read("by-length"), "5");
    declare("hello again");
    assert.deepEqual(changes(await stack.preview()), { update: 2 });
  });
});

test("what exists after a failure is stored and finished by the next up", async () => {
  await withProject(async (project) => {
    const { stack } = project;
    declareOne(project, "hello", { token: secret(token) });
    project.fate("fail");
    const refused = await stack.up().then(() => assert.fail("it was made"), String);
    assert.match(refused, /cannot write with \[secret\]\s+use another token/);
    assert.doesNotMatch(refused, new RegExp(`${token}|at .*plugin\\.ts`));
    assert.deepEqual(await files(project), [], "nothing was made");

    project.fate("partial");
    await assert.rejects(stack.up(), /not synced/);
    assert.deepEqual(
      (await files(project)).map(({ initErrors }) => initErrors),
      [["not synced"]],
    );
    project.fate("");
    await stack.up();
    assert.deepEqual(
      (await files(project)).map(({ initErrors }) => initErrors),
      [undefined],
    );
    assert.equal(journal(project).length, 2);
    await stack.destroy();
  });
});

test("a preview names what drifted of a resource that exists in part, and the next up finishes it whether something did or not", async () => {
  await withProject(async (project) => {
    const { stack } = project;
    for (const drift of ["changed by hand", undefined]) {
      declareOne(project, `hello ${drift}`);
      project.fate("partial");
      await assert.rejects(stack.up(), /not synced/);
      const writes = journal(project).length;
      if (drift !== undefined) project.write("one", drift);
      const events: EngineEvent[] = [];
      const preview = await stack.preview({ onEvent: (event) => void events.push(event) });
      assert.deepEqual(changes(preview), { update: 1 });
      assert.match(preview.stdout, /unhealthy state[\s\S]*not synced/);
      const updates = events.flatMap(({ resourcePreEvent: pre }) => (pre?.metadata.op === "update" ? [pre.metadata] : []));
      assert.deepEqual(
        updates.map(({ detailedDiff }) => Object.keys(detailedDiff ?? {})),
        [drift === undefined ? [] : ["content"]],
      );
      project.fate("");
      await stack.up();
      assert.equal(journal(project).length, writes + 1);
      assert.equal(project.read("one"), `hello ${drift}`);
      assert.deepEqual(
        (await files(project)).map(({ initErrors }) => initErrors),
        [undefined],
      );
    }
    project.fate("partial");
    declareOne(project, "begun");
    await assert.rejects(stack.up(), /not synced/);
    await stack.destroy();
    assert.equal(project.read("one"), undefined, "what was begun is taken away");
  });
});

test("an interrupted create undoes its work and leaves nothing pending", async () => {
  await withProject(async (project) => {
    const { stack } = project;
    declareOne(project, "hello");
    project.fate("hang");
    const interrupt = new AbortController();
    const running = assert.rejects(stack.up({ signal: interrupt.signal }));
    while (project.read("one") === undefined) await sleep(50);
    const start = performance.now();
    interrupt.abort();
    while (project.read("one") !== undefined) await sleep(20);
    assert.ok(performance.now() - start < 2000, "undone within two seconds");
    await running;
    const { pending_operations: pending } = await state(project);
    assert.deepEqual([pending ?? [], await files(project)], [[], []]);
    const lines = readFileSync(join(project.directory, "operations.jsonl"), "utf8").trim().split("\n");
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)).map(({ operation, outcome, error }) => [operation, outcome, error]),
      [["create", "cancelled", "cancelled"]],
    );
    project.fate("");
    await stack.up();
    assert.equal(project.read("one"), "hello");
    await stack.destroy();
  });
});

test("wrong inputs are refused by property before anything is made", async () => {
  await withProject(async (project) => {
    project.declare(() => void new File("one", { path: 3, contents: "x" }));
    const refused = await project.stack.preview().then(() => assert.fail("it was accepted"), String);
    for (const property of ["path", "content", "contents"]) assert.match(refused, new RegExp(`\\b${property}\\b`));
    assert.match(refused, /there is no such property/);
  });
});
