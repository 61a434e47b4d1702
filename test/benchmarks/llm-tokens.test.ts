import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { describe, it } from "node:test";
import { parseLlamaBench } from "../../benchmarks/harness/llm-tokens.ts";
import { allowedCpus, pinningOptions } from "../../benchmarks/harness/pinning.ts";
import { physicalCores } from "../../benchmarks/harness/proc.ts";
import { streamTokens, tokensOf } from "../../benchmarks/harness/token-stream.ts";
import { llmTokens } from "../../benchmarks/llm-tokens/index.ts";
import { promptOf, serverOrder } from "../../benchmarks/llm-tokens/orders.ts";
import { toMeasurement } from "../../benchmarks/llm-tokens/summary.ts";
import { rankedQuantile } from "../../benchmarks/quantile.ts";
import { present } from "../../benchmarks/session/present.ts";
import { judge } from "../../benchmarks/validity/rules.ts";
import { sample } from "../golden.ts";

const request = { prompt: [1, 300], tokens: 3, seed: 1 };

/** A server that streams these events, each in a piece of its own once the one before has been read. */
async function withServer(events: readonly string[], use: (port: number) => Promise<void>, status = 200): Promise<void> {
  const server: Server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "text/event-stream" });
    const next = (index: number): void => {
      const event = events[index];
      if (event === undefined) response.end();
      else response.write(`${event}\n\n`, () => setTimeout(() => next(index + 1), 20));
    };
    next(0);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  try {
    await use(typeof address === "object" && address !== null ? address.port : 0);
  } finally {
    server.close();
  }
}

const token = (...ids: readonly number[]): string => `data: ${JSON.stringify({ content: "w", tokens: ids, stop: false })}`;
const LAST = `data: ${JSON.stringify({ content: "", tokens: [], stop: true, tokens_predicted: 3 })}`;

describe("a stream of tokens", () => {
  it("is read as llama.cpp's server sends it", () => {
    const ids = sample("benchmarks/llm-tokens/stream.txt").split("\n").flatMap(tokensOf);
    assert.deepEqual(ids, [3814, 1392, 4034]);
  });

  it("has a stamp per token, in order, after the request was sent", async () => {
    await withServer([token(7), token(8), token(9), LAST], async (port) => {
      const { sent, ids, stamps } = await streamTokens(port, request, 20);
      assert.deepEqual(ids, [7, 8, 9]);
      const all = [sent, ...stamps];
      assert.ok(all.every((stamp, index) => index === 0 || stamp >= (all[index - 1] ?? 0n)));
    });
  });

  it("counts tokens that arrive together, and keeps them", async () => {
    await withServer([`${token(7)}\n\n${token(8)}\n\n${token(9)}`, LAST], async (port) => {
      const { ids, coalesced } = await streamTokens(port, request, 20);
      assert.deepEqual([ids, coalesced], [[7, 8, 9], 2]);
    });
  });

  it("counts tokens that the server sent in one event", async () => {
    await withServer([token(7, 8), token(9), LAST], async (port) => {
      const { ids, packed } = await streamTokens(port, request, 20);
      assert.deepEqual([ids, packed], [[7, 8, 9], 1]);
    });
  });

  it("is refused when tokens are missing, or the server says no", async () => {
    await withServer([token(7), token(8), LAST], async (port) => {
      await assert.rejects(streamTokens(port, request, 20), /2 tokens came instead of 3/);
    });
    await withServer(['error: {"code":400,"message":"too long"}'], async (port) => {
      await assert.rejects(streamTokens(port, request, 20), /the server reported .*too long/);
    });
    await withServer([], async (port) => assert.rejects(streamTokens(port, request, 20), /got 503/), 503);
  });
});

describe("the figures of a server process", () => {
  const times = (firstToken: number, gaps: readonly number[]) => ({ firstToken, gaps, coalesced: 0, packed: 0 });
  const found = {
    ...({ outcome: "measured", load: { seconds: 2, bracket: 0.01 }, physicalCores: 2 } as const),
    ...{ stamps: { start: "1", "request.0": "2", end: "9" }, pinning: { cpus: 2, pinned: 0 }, foreign: 0.01 },
    limits: { identities: { "limits.cpuset": "0-1" }, conditions: { "limits.dropped.memoryBytes": 1 } },
    warmup: times(9, [9, 9, 9, 9]),
    requests: [times(0.3, [1, 2, 3, 4]), times(0.1, [5, 6, 7, 8]), times(0.2, [9, 10, 11, 20])],
    ids: [[1], [1], [1], [1]],
  };
  const alone = { threads: 1, coalescedLimit: 0.01 };

  it("are ranks over all gaps, the means of requests apart, and leave the warm-up out", () => {
    const { values } = toMeasurement(found, [7, 7.6], { threads: 4, coalescedLimit: 0.01 });
    assert.deepEqual(values, {
      gapP50: 6,
      gapP95: 20,
      requestMeanP95: 12.5,
      firstToken: 0.2,
      tokensPerSecond: 12 / 86,
      load: 2,
      loadBracket: 0.01,
      gapMean: 86 / 12,
      benchMean: 7.3,
      benchRatio: 86 / 12 / 7.3,
      threadsPerCore: 2,
      coalesced: 0,
    });
  });

  it("keep every gap by position, the warm-up's under 0, and one identity for all ids", () => {
    const { series, identities } = toMeasurement(found, [], alone);
    assert.deepEqual(series?.["gap.0"], [9, 9, 9, 9]);
    assert.deepEqual(series?.["gap.3"], [9, 10, 11, 20]);
    const other = toMeasurement({ ...found, ids: [[1], [1], [1], [2]] }, [], alone);
    assert.notEqual(identities?.tokens, other.identities?.tokens);
  });

  it("carry the stamps of every request, the limits that the kernel holds, and who else used the CPUs", () => {
    const { stamps, conditions, identities } = toMeasurement(found, [], { ...alone, threads: 4 });
    assert.deepEqual(stamps, found.stamps);
    assert.deepEqual(conditions, {
      ...{ "threads.cpus": 2, "threads.pinned": 0, "threads.oversubscribed": 1 },
      ...{ "foreign.cpu": 0.01, "limits.dropped.memoryBytes": 1 },
      ...{ "tokens.packed": 0, "tokens.coalesced": 0, "tokens.coalescedLimit": 0.01 },
    });
    assert.equal(identities?.["limits.cpuset"], "0-1");
    const fitting = toMeasurement({ ...found, pinning: { cpus: 2, pinned: 2 } }, [], { ...alone, threads: 2 });
    assert.equal("threads.oversubscribed" in (fitting.conditions ?? {}), false);
  });

  it("make the sample invalid, and not a failure slower than all others, where tokens came together", () => {
    const [first, ...others] = found.requests;
    assert.ok(first);
    const held = { ...found, limits: { identities: {}, conditions: {} } };
    const judged = (change: Partial<typeof first>) => {
      const { values, conditions = {} } = toMeasurement({ ...held, requests: [{ ...first, ...change }, ...others] }, [], alone);
      return judge({ values: present(values), primary: "gapP50", conditions, leftovers: [] }, false);
    };
    assert.deepEqual(judged({}), { status: "valid" });
    for (const change of [{ packed: 1 }, { coalesced: 1 }]) {
      const validity = judged(change);
      assert.equal(validity.status, "invalid");
      assert.equal("reasons" in validity && validity.reasons[0]?.rule, "tokens-together");
    }
  });

  it("take llama-bench's own repetitions as seconds per token", () => {
    const repetitions = parseLlamaBench(sample("benchmarks/llm-tokens/llama-bench.json"));
    assert.equal(repetitions.length, 3);
    assert.ok(repetitions.every((seconds) => seconds > 1e-5 && seconds < 1));
    assert.throws(() => parseLlamaBench("error: failed to load model"), /printed no JSON/);
  });

  it("rank as the specification says", () => {
    assert.equal(rankedQuantile([3, 1, 2], 0.5), 2);
    assert.equal(rankedQuantile([1, 2, 3, 4], 0.5), 2);
    assert.equal(
      rankedQuantile(
        Array.from({ length: 480 }, (_, index) => index + 1),
        0.95,
      ),
      456,
    );
    assert.throws(() => rankedQuantile([], 0.5), RangeError);
  });
});

describe("what is asked of the server", () => {
  const defaults = llmTokens.parameters.parse({}) as Parameters<typeof serverOrder>[1];

  it("is the specification's: 5 requests of 128 tokens, one slot, no flash attention, the model read-only", () => {
    const order = serverOrder({ starter: "docker", image: "i", slice: undefined, model: "/var/m" }, { ...defaults, threads: 4 });
    const command = order.service.arguments.join(" ");
    assert.match(command, /^llama-server --model \/model .* --parallel 1 --ctx-size 176 --flash-attn off --threads 4$/);
    assert.deepEqual([order.requests, order.request.tokens, order.threads], [5, 128, 4]);
    assert.deepEqual(order.service.mounts, [{ source: "/var/m", target: "/model" }]);
  });

  it("pins each thread to a CPU of its own, and none where there are fewer CPUs than threads", () => {
    assert.deepEqual(pinningOptions(2, [2, 3, 5]), ["--cpu-mask", "0xc", "--cpu-strict", "1"]);
    assert.deepEqual(pinningOptions(3, [2, 3, 65]), ["--cpu-mask", "0x2000000000000000c", "--cpu-strict", "1"]);
    assert.deepEqual(pinningOptions(4, [2, 3, 5]), []);
  });

  it("takes the CPUs of the container's limits for those it may use", () => {
    const order = { starter: "docker", image: "i", arguments: [], limits: { cpuset: "3,1-2" } } as const;
    assert.deepEqual(allowedCpus(order), [1, 2, 3]);
    assert.ok(allowedCpus({ ...order, limits: {}, slice: "no-such.slice" }).length >= 1);
  });

  it("has a prompt of ids that only its length and seed decide", () => {
    const prompt = promptOf({ promptTokens: 400, promptSeed: 2 });
    assert.equal(prompt[0], 1);
    assert.equal(new Set(prompt).size, 400);
    assert.ok(prompt.slice(1).every((id) => id >= 300 && id < 3300));
    assert.notDeepEqual(promptOf({ promptTokens: 400, promptSeed: 3 }), prompt);
  });

  it("tells physical cores from threads where the kernel names them", () => {
    const block = (socket: number, core: number) => `processor\t: 0\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`;
    assert.equal(physicalCores([block(0, 0), block(0, 1), block(0, 0), block(0, 1)].join("\n")), 2);
    assert.equal(physicalCores("processor\t: 0\nBogoMIPS\t: 108.00\n"), undefined);
  });
});
