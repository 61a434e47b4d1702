import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { golden } from "../golden.ts";
import { complaints, RIGHT } from "./matrix-text.ts";

const folder = join(import.meta.dirname, "../golden/stacks/wrong");

describe("mistakes in a matrix", () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml")))
    it(`are all named with line and column: ${file}`, () => {
      golden(`stacks/wrong/${file.replace(".yaml", ".txt")}`, `${complaints(readFileSync(join(folder, file), "utf8"))}\n`);
    });

  it("are none in the example that the others are made from", () => {
    assert.equal(complaints(RIGHT), "");
  });

  it("show where a misspelt key stands and what was meant", () => {
    assert.equal(
      complaints(RIGHT.replace("memory: 2GiB", "memroy: 2GiB")),
      "stacks/example.yaml:7:21: hosts.one.lab.memroy: unknown key, did you mean memory?",
    );
  });

  it("show the value that was found", () => {
    assert.equal(
      complaints(RIGHT.replace("2GiB", '"2 gigs"')),
      'stacks/example.yaml:7:29: hosts.one.lab.memory: expected a size such as 2GiB, found "2 gigs"',
    );
  });

  it("never repeat a secret that stands in clear text", () => {
    const text = RIGHT.replace(
      "lab: { cpus: 2, memory: 2GiB, disk: 8GiB }",
      "ssh: { address: a, password: hunter2, privateKey: [hunter2] }",
    );
    const found = complaints(text);
    assert.match(found, /hosts\.one\.ssh\.password: expected a reference to a secret/);
    assert.match(found, /hosts\.one\.ssh\.privateKey: expected a reference to a secret/);
    assert.doesNotMatch(found, /hunter2/);
  });

  it("include an alias of nothing or of what it stands in, what is no mapping under <<, and nesting without end", () => {
    const wrong = (text: string) => complaints(`${RIGHT}    parameters:\n${text}\n`);
    const at = (column: number, message: string) => `stacks/example.yaml:18:${column}: ${message}`;
    assert.equal(wrong("      a: *b"), at(10, "the alias *b means nothing: &b has to come before it"));
    assert.equal(wrong("      a: &b { c: [*b] }"), at(19, "the alias *b stands inside of what it means"));
    assert.equal(wrong("      <<: [{}, 1]"), at(7, "<< takes a mapping, or a list of them"));
    assert.equal(wrong(`      a: ${"[".repeat(70)}${"]".repeat(70)}`), at(71, "is nested more than 64 levels deep"));
    assert.match(wrong(`      a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`), /yaml:18:\d+: is nested too deeply to be read$/);
  });

  it("include sizes, shares and times that no machine and no session can have", () => {
    const lab = (text: string) => complaints(RIGHT.replace("{ cpus: 2, memory: 2GiB, disk: 8GiB }", text));
    assert.match(
      lab("{ memory: 1MiB }"),
      /:7:20: hosts\.one\.lab\.memory: expected at least 256MiB and at most 65536GiB, found "1MiB"$/,
    );
    assert.match(lab(`{ disk: ${"9".repeat(400)}GiB }`), /hosts\.one\.lab\.disk: expected at least 2GiB and at most 65536GiB/);
    assert.match(
      complaints(`${RIGHT}    tolerance: 0%\n`),
      /tolerance: expected a share above 0% and up to 100%, such as 10%, found "0%"$/,
    );
    assert.match(complaints(`${RIGHT}    budget: 0s\n`), /budget: expected at least 1s and at most 8760h, found "0s"$/);
  });

  it("stand on one line each, and show what a terminal would obey or nobody would see", () => {
    assert.match(
      complaints(`${RIGHT}"a\\e[2J\\nb\\u202e": 1\n`),
      /^stacks\/example\.yaml:17:1: a\\u\{1b\}\[2J\\u\{a\}b\\u\{202e\}: unknown key.*$/,
    );
  });

  it("include a host of no kind, and of two kinds", () => {
    const kind = "lab: { cpus: 2, memory: 2GiB, disk: 8GiB }";
    assert.match(
      complaints(RIGHT.replace(kind, "")),
      /hosts\.one: expected exactly one of lab, ssh and local, found none of them/,
    );
    assert.match(complaints(RIGHT.replace(kind, "lab: {}\n    local: {}")), /found lab and local/);
  });

  it("include names that would make two resources of one name", () => {
    const board = (name: string) => `  ${name}: { distribution: debian, ssh: { address: a } }\n`;
    const text = RIGHT.replace("packages:", `${board("pi-edge")}${board("edge")}packages:`)
      .replace("  model-server:", "  server-pi: { recipe: model-server, base: { mmdebstrap: trixie }, builder: one }\n  server:")
      .replace("image: model-server\n    hosts: [one]", "image: server\n    hosts: [pi-edge]");
    assert.equal(complaints(text), "");
    const both = `${text}  other: { test: cold-start, image: server-pi, hosts: [edge], engines: [docker] }\n`;
    assert.equal(
      complaints(both),
      "stacks/example.yaml:12:3: images.server-pi: server-pi with edge and server with pi-edge would both be called server-pi-edge: rename one",
    );
    const host = (name: string, step: string) =>
      `  ${name}: { distribution: debian, ssh: { address: a }, setup: [{ name: ${step}, run: "true" }] }\n`;
    assert.match(
      complaints(RIGHT.replace("packages:", `${host("pi", "edge-fix")}${host("pi-edge", "fix")}packages:`)),
      /:9:3: hosts\.pi-edge: pi-edge with fix and pi with edge-fix would both be called pi-edge-fix: rename one$/,
    );
  });

  it("include a package that a benchmark needs and the host does not get", () => {
    assert.match(
      complaints(RIGHT.replace("[docker, node]", "[docker]")),
      /one runs the measuring program, so its packages must name node/,
    );
  });
});
