import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { matrixJsonSchema } from "../../stacks/schema.ts";

const file = join(import.meta.dirname, "../../stacks/matrix.schema.json");

describe("the schema for editors", () => {
  it("is the one that matrices are checked with (UPDATE_GOLDEN=1 writes it, npm run fix formats it)", () => {
    const text = JSON.stringify(matrixJsonSchema, undefined, 2);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, `${text}\n`);
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(text));
  });

  it("offers no place for a secret in clear text", () => {
    const text = JSON.stringify(matrixJsonSchema);
    for (const name of ["password", "passphrase", "privateKey"])
      assert.doesNotMatch(text, new RegExp(`"${name}":\\{"type":"string"`));
  });
});
