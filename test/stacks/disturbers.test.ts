import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { disturbersOf } from "../../stacks/disturbers.ts";
import type { PlannedHost } from "../../stacks/plan.ts";

const host = (name: string, kind: "lab" | "ssh" | "local") =>
  ({ name, connection: { kind, host: name } }) as unknown as Pick<PlannedHost, "name" | "connection">;
const hosts = [host("lab-a", "lab"), host("lab-b", "lab"), host("here", "local"), host("far-a", "ssh"), host("far-b", "ssh")];
const disturb = (...used: string[]) => [...disturbersOf(hosts, new Set(used))].sort();

describe("while a host is measured", () => {
  it("nothing is set up on it", () => assert.deepEqual(disturb("far-a"), ["far-a"]));

  it("nothing is set up on machines that share its processors, which lab machines and the controller do", () => {
    assert.deepEqual(disturb("lab-a"), ["here", "lab-a", "lab-b"]);
    assert.deepEqual(disturb("here", "far-b"), ["far-b", "here", "lab-a", "lab-b"]);
  });
});
