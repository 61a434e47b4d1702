import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { z } from "zod";
import { environmentSchema, sampleSchema, seriesSchema, sessionSchema } from "../../benchmarks/index.ts";

const schemas = { session: sessionSchema, sample: sampleSchema, series: seriesSchema, environment: environmentSchema };

describe("the published JSON Schema of results", () => {
  for (const [name, schema] of Object.entries(schemas)) {
    it(`is that of the code for ${name} (UPDATE_GOLDEN=1 rewrites it)`, () => {
      const file = new URL(`../../benchmarks/results/${name}.schema.json`, import.meta.url);
      const text = `${JSON.stringify(z.toJSONSchema(schema), undefined, 2)}\n`;
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(text));
    });
  }
});
