import assert from "node:assert/strict";
import { it } from "node:test";
import type { Baseline } from "../../kernel-tuning/schema.ts";
import { viewOf } from "../../kernel-tuning/view.ts";

it("what was read back last is not believed where its line was cut off with the host's power", () => {
  const cell = (name: string) => ({
    ...({ kind: "value", name, before: "60", origin: "live", wrote: "128", at: "2026-01-01T00:00:00Z", bootId: "b" } as const),
  });
  const baseline: Baseline = {
    ...{ version: 2, owner: "demo/box", profile: "p", at: "2026-01-01T00:00:00Z" },
    cells: [cell("/proc/sys/a"), cell("/proc/sys/b")],
  };
  const records = {
    "tuning.json": JSON.stringify(baseline),
    "tuning.readback": "value\t/proc/sys/a\t127\nvalue\t/proc/sys/b\t12",
  };
  const told = Object.entries(records).map(([name, text]) => ({
    ...{ kind: "record", name, value: Buffer.from(text).toString("base64") },
  }));
  assert.deepEqual(
    viewOf(told, "debian").record?.cells.map(({ also }) => also),
    [["127"], undefined],
  );
});
