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

  it("include a host of no kind, and of two kinds", () => {
    const kind = "lab: { cpus: 2, memory: 2GiB, disk: 8GiB }";
    assert.match(
      complaints(RIGHT.replace(kind, "")),
      /hosts\.one: expected exactly one of lab, ssh and local, found none of them/,
    );
    assert.match(complaints(RIGHT.replace(kind, "lab: {}\n    local: {}")), /found lab and local/);
  });

  it("include a package that a benchmark needs and the host does not get", () => {
    assert.match(
      complaints(RIGHT.replace("[docker, node]", "[docker]")),
      /one runs the measuring program, so its packages must name node/,
    );
  });
});
