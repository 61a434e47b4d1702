import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { operationLog } from "../../provider/operation-log.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-operation-log-"));
after(() => rmSync(folder, { recursive: true }));
const record = { type: "transport", host: "one", handshakes: 1, commands: 1, bytesSent: 1, bytesReceived: 1 } as const;

describe("the log of operations", () => {
  it("is one line of JSON per record", () => {
    const log = operationLog(join(folder, "run.jsonl"));
    log(record);
    log(record);
    assert.deepEqual(
      readFileSync(join(folder, "run.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
      [record, record],
    );
  });

  it("makes no failure of what was done on a host, where its disk is full or its folder was cleaned away", () => {
    operationLog("/dev/full")(record);
    operationLog(join(folder, "cleaned/run.jsonl"))(record);
  });
});
