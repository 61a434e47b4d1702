import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../hosts/index.ts";
import { programOrder, startLocalHarness } from "../local-harness.ts";

const SERVER = `require("node:http").createServer((request, response) => response.end("ok"))
  .listen(Number(process.argv[1]), "127.0.0.1", () => console.log("READY " + process.hrtime.bigint()));`;

test("requests that can't be made end the sample of memory, not the measuring program", async () => {
  const local = startLocalHarness();
  try {
    const load = { rate: 5, warmup: 1, profile: "constant", seed: 1, method: "GET", path: "/not a path" } as const;
    const asked = local.harness.request(
      "memory",
      { ...programOrder(SERVER), restSeconds: 0, readings: 1, load },
      { timeoutSeconds: 60 },
    );
    await assert.rejects(asked, (error) => error instanceof UserError && /unescaped characters/.test(error.message));
    const { node } = await local.harness.request("hello", undefined, { timeoutSeconds: 60 });
    assert.equal(node, process.version);
  } finally {
    await local.close();
  }
});
