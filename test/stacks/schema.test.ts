import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { matrixJsonSchema } from "../../stacks/schema.ts";
import { publishedJson } from "../published-json.ts";

describe("the schema for editors", () => {
  it("is the one that matrices are checked with (UPDATE_GOLDEN=1 writes it)", () => {
    publishedJson("stacks/matrix.schema.json", matrixJsonSchema);
  });

  it("offers no place for a secret in clear text", () => {
    const text = JSON.stringify(matrixJsonSchema);
    for (const name of ["password", "passphrase", "privateKey"])
      assert.doesNotMatch(text, new RegExp(`"${name}":\\{"type":"string"`));
  });
});
