import { describe, it } from "node:test";
import { z } from "zod";
import { environmentSchema, sampleSchema, seriesSchema, sessionSchema } from "../../benchmarks/index.ts";
import { publishedJson } from "../published-json.ts";

const schemas = { session: sessionSchema, sample: sampleSchema, series: seriesSchema, environment: environmentSchema };

describe("the published JSON Schema of results", () => {
  for (const [name, schema] of Object.entries(schemas)) {
    it(`is that of the code for ${name} (UPDATE_GOLDEN=1 writes it)`, () =>
      publishedJson(`benchmarks/results/${name}.schema.json`, z.toJSONSchema(schema)));
  }
});
