import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { packageNames } from "../../hosts/packages/table.ts";

describe("package table", () => {
  test("gives real names once and sorted", () => {
    assert.deepEqual(packageNames("debian", "trixie", ["docker", "git"]), ["ca-certificates", "docker-cli", "docker.io", "git"]);
  });

  test("knows that the client is a part of docker.io on Debian 12", () => {
    assert.deepEqual(packageNames("debian", "bookworm", ["docker"]), ["ca-certificates", "docker.io"]);
  });

  test("refuses a name that is not in the table", () => {
    assert.throws(() => packageNames("debian", "trixie", ["dokcer"]), /no package "dokcer"/);
  });

  test("calls Python what Arch calls it", () => {
    assert.deepEqual(packageNames("tromjaro", "rolling", ["python", "git"]), ["ca-certificates", "git", "python"]);
  });
});
