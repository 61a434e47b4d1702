import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { failureList, operationTable, readOperations } from "../../cli/operations.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-operations-"));
after(() => rmSync(folder, { recursive: true }));

const record = (name: string, operation: string, seconds: number, outcome = "ok") =>
  JSON.stringify({ at: "2026-01-01T00:00:00Z", urn: "u", type: "distrobench:hosts:Host", name, operation, seconds, outcome });
const transport = JSON.stringify({
  type: "transport",
  host: "one",
  handshakes: 1,
  commands: 3,
  bytesSent: 2048,
  bytesReceived: 0,
});

describe("the log of operations", () => {
  it("becomes a table of what was done, without what was only looked at", () => {
    const file = join(folder, "run.jsonl");
    writeFileSync(
      file,
      `${record("one", "read", 1)}\n${record("one", "create", 12.2)}\n${record("two", "create", 130, "failed")}\n${transport}\n`,
    );
    assert.equal(
      operationTable(readOperations(file)),
      "Host  one  create        12 s\nHost  two  create  2 min 10 s  failed\none: 1 SSH handshake, 2.0 KiB sent, 0 B received",
    );
  });

  it("counts the time apart in which another operation had the machine", () => {
    const file = join(folder, "waited.jsonl");
    writeFileSync(file, `${JSON.stringify({ ...JSON.parse(record("one", "create", 12)), waited: 600 })}\n`);
    assert.equal(operationTable(readOperations(file)), "Host  one  create  12 s  after 10 min 0 s of waiting");
  });

  it("repeats what failed with its message and remedy", () => {
    const file = join(folder, "failed.jsonl");
    const failed = {
      ...JSON.parse(record("two", "create", 15, "failed")),
      error: "two: 192.0.2.1:22 did not answer\ncheck the address",
    };
    writeFileSync(file, `${record("one", "create", 1)}\n${JSON.stringify(failed)}\n`);
    assert.equal(
      failureList(readOperations(file)),
      "create of Host two failed:\n  two: 192.0.2.1:22 did not answer\n  check the address",
    );
  });

  it("may end in the middle of a line, or not be there", () => {
    const file = join(folder, "cut.jsonl");
    writeFileSync(file, `${record("one", "create", 1)}\n${record("two", "create", 1).slice(0, 40)}`);
    assert.deepEqual(
      readOperations(file).operations.map(({ name }) => name),
      ["one"],
    );
    assert.deepEqual(readOperations(join(folder, "none.jsonl")), { operations: [], transports: [] });
  });
});
