import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { commandLine } from "../../cli/command-line.ts";
import { before, now, times } from "../benchmarks/gate/sessions.ts";
import { writeSession } from "../report/write-session.ts";
import { memoryContext, outcomeOf } from "./memory-context.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/json.md"), "utf8");
const root = mkdtempSync(join(tmpdir(), "distrobench-json-"));
after(() => rmSync(root, { recursive: true }));
copyFileSync(join(import.meta.dirname, "../../package.json"), join(root, "package.json"));
mkdirSync(join(root, "stacks"));
writeFileSync(
  join(root, "stacks/quickstart.yaml"),
  "version: 1\ntitle: Lab\nhosts:\n  one: { distribution: debian, release: trixie, lab: {} }\n",
);
const stack = (day: number) => ({
  ...{ stack: "mine", id: `2026010${day}T000000Z-mine-cold-start`, startedAt: `2026-01-0${day}T00:00:00.000Z` },
});
const reasons = [{ rule: "bracket", detail: "polling left 12 ms unseen" }];
writeSession(root, before({ variants: times(), session: stack(1) }));
writeSession(root, now({ variants: times(), session: stack(2), validity: { 12: { status: "disturbed", reasons } } }));
const changed = { variants: times({ "debian-13/podman": 1.23 }), facts: { "kernel.release": "6.18" }, emulated: true };
writeSession(root, now({ ...changed, session: stack(3) }));
const [first, second, third] = [1, 2, 3].map((day) => stack(day).id);

/** Members that the page names for a command, `.name` being beside the one before. */
function documented(command: string): ReadonlySet<string> {
  const part = page.split(/^## /m).find((text) => text.startsWith(`\`${command} --json\``)) ?? "";
  const cells = part.split("\n").flatMap((line) => (line.startsWith("| `") ? (line.split(" | ")[0] ?? "") : []));
  const paths: string[] = [];
  let folder = "";
  for (const [, name = ""] of cells.join(" ").matchAll(/`([^`]+)`/g)) {
    if (!name.startsWith(".")) folder = name.slice(0, Math.max(0, name.lastIndexOf(".")));
    paths.push(name.startsWith(".") ? `${folder}${name}` : name);
  }
  return new Set(paths);
}

/** Every member of a document that the page does not name; of one that it names as a whole nothing more is asked. */
function unnamed(value: unknown, known: ReadonlySet<string>, path = ""): readonly string[] {
  if (known.has(path)) return [];
  if (Array.isArray(value)) return [...new Set(value.flatMap((entry) => unnamed(entry, known, `${path}[]`)))];
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => {
    const any = `${path}.*`;
    return unnamed(member, known, known.has(any) ? any : path === "" ? name : `${path}.${name}`);
  });
}

async function json(...words: string[]): Promise<unknown> {
  // What it looks at is the project itself.
  const { context, stdout } = memoryContext(words[0] === "doctor" ? {} : { root });
  await outcomeOf(context, [...words, "--json"]);
  return JSON.parse(stdout());
}

const outputs: Readonly<Record<string, readonly (readonly string[])[]>> = {
  report: [["report", second ?? "", third ?? ""]],
  gate: [
    ["gate", "mine", "--session", second ?? ""],
    ["gate", "mine", "--session", third ?? "", "--baseline", first ?? ""],
    ["gate", "mine", "--baseline", "debian-13/docker"],
  ],
  compare: [
    ["compare", first ?? "", third ?? ""],
    ["compare", "debian-13/docker", "debian-13/podman", "--session", third ?? ""],
  ],
  preflight: [["preflight"]],
  doctor: [["doctor"]],
};

describe("docs/json.md", () => {
  for (const [command, runs] of Object.entries(outputs))
    it(`names every member that ${command} --json writes`, async () => {
      const known = documented(command);
      assert.ok(known.size > 3, [...known].join(" "));
      for (const words of runs) assert.deepEqual(unnamed(await json(...words), known), [], words.join(" "));
    });

  it("has a part for every command that has --json", () => {
    const commands = commandLine(memoryContext({ root }).context).commands;
    const withJson = commands.filter(({ options }) => options.some(({ long }) => long === "--json")).map((one) => one.name());
    assert.ok(withJson.length > 5);
    for (const name of withJson) assert.ok(page.includes(`\`${name} --json\``), name);
  });
});
