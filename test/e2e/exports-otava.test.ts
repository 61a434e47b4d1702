import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { z } from "zod";
import { pastOf } from "../../benchmarks/gate/index.ts";
import type { SessionData } from "../../benchmarks/index.ts";
import { renderOtava, withTrends } from "../../report/index.ts";
import { syntheticSession } from "../report/synthetic-session.ts";
import { python } from "./python.ts";

const scratch = mkdtempSync(join(tmpdir(), "distrobench-otava-"));
after(() => rmSync(scratch, { recursive: true }));

/** The program of the real package, or why there is none. */
function otava(): { readonly program: string } | { readonly missing: string } {
  try {
    return { program: join(dirname(python(["apache-otava==0.8.0"])), "otava") };
  } catch (error) {
    return { missing: `apache-otava 0.8.0 can't be installed from PyPI: ${String(error).split("\n")[0]}` };
  }
}

/** What its JSON says, as far as we ask. */
const analysis = z.object({
  history: z.array(
    z.object({ attributes: z.object({ session: z.string() }), changes: z.array(z.object({ metric: z.string() })) }),
  ),
});
const installed = otava();
const NIGHTS = 40;

/** Nights of two variants; from the 21st on the second one is slower by a fifth. */
const nights: readonly SessionData[] = Array.from({ length: NIGHTS }, (_, night) =>
  syntheticSession({
    ...{ seed: night + 1, blocks: 6, blockNoise: 0.01, aaPair: false },
    variants: { "a/docker": 1, "a/podman": night < 20 ? 1.1 : 1.32 },
    session: {
      id: `session-${String(night).padStart(2, "0")}`,
      startedAt: new Date(Date.UTC(2026, 0, 1 + night)).toISOString(),
    },
  }),
);

describe("the real Apache Otava", { skip: "missing" in installed && installed.missing }, () => {
  const analyze = () => {
    const file = join(scratch, "history.csv");
    writeFileSync(file, renderOtava(nights));
    const [header = ""] = renderOtava(nights).split("\n");
    const metrics = header.split(",").slice(2);
    const test = { type: "csv", file, time_column: "time", attributes: ["session"], metrics };
    // JSON is YAML.
    const config = join(scratch, "otava.yaml");
    writeFileSync(config, JSON.stringify({ tests: { history: test } }));
    const program = "program" in installed ? installed.program : "";
    const words = ["analyze", "history", "--since", "2025-12-01", "--output", "json"];
    return execFileSync(program, words, { encoding: "utf8", env: { ...process.env, OTAVA_CONFIG: config } });
  };

  it("reads the export, and finds the step where our own change points find it, and nothing else", () => {
    const { history } = analysis.parse(JSON.parse(analyze()));
    const theirs = history.flatMap(({ attributes, changes }) => changes.map(({ metric }) => [metric, attributes.session]));
    const own = withTrends({ ...(nights.at(-1) as SessionData), earlier: nights.slice(0, -1).map(pastOf) }).trends ?? [];
    assert.deepEqual(theirs, [["a/podman.total", "session-20"]]);
    assert.deepEqual(
      own.map(({ variant, metric, session }) => [`${variant}.${metric}`, session]),
      theirs,
    );
  });
});
