import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { llmMeasurement as toMeasurement } from "../../benchmarks/edge/llm.ts";
import { edge } from "../../benchmarks/harness/edge/action.ts";
import type { FirstStart } from "../../benchmarks/harness/edge/board.ts";
import { deviceTraces, missingPart } from "../../benchmarks/harness/edge/device.ts";
import { failureCause } from "../../benchmarks/harness/edge/failure.ts";
import { generateTokens } from "../../benchmarks/harness/edge/generate.ts";
import { parseHailoBenchmark } from "../../benchmarks/harness/edge/hailortcli.ts";
import { type EdgeDevice, edgeRun } from "../../benchmarks/harness/edge/run.ts";
import { coolDown, parseThrottled } from "../../benchmarks/harness/edge/thermal.ts";
import { judge } from "../../benchmarks/validity/rules.ts";
import { gapsOf } from "../../report/inner/samples.ts";
import { sample } from "../golden.ts";

const request = { model: "qwen2:1.5b", prompt: "Why?", tokens: 3, seed: 1 };
const lines = sample("benchmarks/edge/generate-from-source.ndjson").trim().split("\n");

/** A stand-in for hailo-ollama: each line in a piece of its own; `breaks` cuts the connection after the last one. */
async function withServer(
  given: { readonly lines: readonly string[]; readonly status?: number; readonly breaks?: boolean },
  use: (port: number, asked: () => unknown) => Promise<void>,
): Promise<void> {
  let body = "";
  const server = createServer((incoming, response) => {
    incoming.on("data", (piece) => {
      body += String(piece);
    });
    response.writeHead(given.status ?? 200, { "content-type": "application/x-ndjson" });
    const next = (index: number): void => {
      const line = given.lines[index];
      if (line !== undefined) response.write(`${line}\n`, () => setTimeout(() => next(index + 1), 20));
      else if (given.breaks === true) response.destroy();
      else response.end();
    };
    next(0);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  try {
    await use(typeof address === "object" && address !== null ? address.port : 0, () => JSON.parse(body));
  } finally {
    server.close();
  }
}

describe("a stream of hailo-ollama", () => {
  it("has a gap between each two tokens by this program's clock, and asks for a fixed number without sampling", async () => {
    await withServer({ lines }, async (port, asked) => {
      const { firstToken, gaps, text } = await generateTokens(port, request, 20);
      assert.equal(text, "The sky is");
      assert.equal(gaps.length, 2);
      assert.ok(firstToken > 0 && gaps.every((gap) => gap >= 0));
      const options = { num_predict: 3, temperature: 0, seed: 1 };
      assert.deepEqual(asked(), { model: "qwen2:1.5b", prompt: "Why?", stream: true, options });
    });
  });

  it("counts tokens that are read together", async () => {
    await withServer({ lines: [lines.join("\n")] }, async (port) => {
      assert.equal((await generateTokens(port, request, 20)).coalesced, 2);
    });
  });

  it("counts tokens that had no line of their own, the end mark apart", async () => {
    for (const [counted, packed] of [
      [3, 0],
      [4, 0],
      [9, 5],
    ])
      await withServer({ lines: [...lines.slice(0, 3), `{"done":true,"eval_count":${counted}}`] }, async (port) => {
        assert.equal((await generateTokens(port, request, 20)).packed, packed);
      });
  });

  it("is refused when it breaks off, when lines are not tokens, and when the server says no", async () => {
    await withServer({ lines: lines.slice(0, 2), breaks: true }, async (port) => {
      await assert.rejects(generateTokens(port, request, 20));
    });
    await withServer({ lines: lines.slice(0, 3) }, async (port) => {
      await assert.rejects(generateTokens(port, request, 20), /broke off after 3 tokens/);
    });
    await withServer({ lines: [...lines.slice(0, 3), '{"done":true,"eval_count":2}'] }, async (port) => {
      await assert.rejects(generateTokens(port, request, 20), /counted 2 tokens in 3 lines/);
    });
    await withServer({ lines: ['{"error":"no such model"}'], status: 404 }, async (port) => {
      await assert.rejects(generateTokens(port, request, 20), /got 404 .*no such model/);
    });
  });
});

describe("the preflight", () => {
  it("tells no device, a device without driver, and a driver without HailoRT apart", () => {
    assert.equal(missingPart({ pci: ["8086:100e"], nodes: ["null"] }), "no Hailo device");
    assert.match(missingPart({ pci: ["1e60:45c4"], nodes: ["null"] }) ?? "", /Hailo-10H on PCI has no device node/);
    assert.match(missingPart({ pci: ["1e60:2864"], nodes: ["hailo0"] }) ?? "", /hailortcli is not/);
    for (const node of ["hailo0", "h1x-0"]) {
      assert.equal(missingPart({ pci: ["1e60:45c4"], nodes: [node], hailortcli: "HailoRT-CLI version 5.1.1" }), undefined);
    }
  });

  it("skips a host that lacks a part, with the reason, and never measures there", async (context) => {
    const cause = missingPart(await deviceTraces());
    if (cause === undefined) return context.skip("this host has a Hailo device");
    const order = { port: 1, request, warmupSeconds: 0, seconds: 1, requestTimeoutSeconds: 1, coolDownSeconds: 0 };
    assert.deepEqual(await edge(order), { outcome: "skipped", cause });
  });
});

describe("what the board says about itself", () => {
  it("is read from the documented output of hailortcli 4.x and 5.1.1", () => {
    const four = { fps: 1328.83, streamingFps: 1328.8, hardwareLatency: 2.93646 * 0.001, watts: 3.19395 };
    assert.deepEqual(parseHailoBenchmark(sample("benchmarks/edge/hailortcli-4-from-documentation.txt")), four);
    const five = parseHailoBenchmark(sample("benchmarks/edge/hailortcli-5.1.1-from-documentation.txt"));
    assert.deepEqual(five, { fps: 307.48, celsius: 33.74 });
    assert.throws(() => parseHailoBenchmark("[HailoRT CLI] [error] CHECK failed"), /no summary/);
  });

  it("is the bits of get_throttled, or nothing", () => {
    assert.deepEqual([parseThrottled("throttled=0x50005\n"), parseThrottled("throttled=0x0\n")], [0x50005, 0]);
    assert.equal(parseThrottled("VCHI initialization failed"), undefined);
  });

  it("names the loss of the chip, whether the server or the journal said it", () => {
    assert.match(
      failureCause("socket hang up", "CHECK failed, status = HAILO_COMMUNICATION_CLOSED(62)"),
      /^HAILO_COMMUNICATION_CLOSED/,
    );
    assert.equal(failureCause("socket hang up", ""), "socket hang up");
  });

  it("is waited for until it is as warm as at the first start, for so long", async () => {
    const readings = [60, 55, 52];
    const soon = { degrees: 3, timeoutSeconds: 60, pauseSeconds: 0 };
    assert.equal(await coolDown(50, { ...soon, now: () => readings.shift() }), 52);
    assert.equal(await coolDown(50, { ...soon, timeoutSeconds: 0, now: () => 60 }), 60);
    assert.equal(await coolDown(50, { ...soon, now: () => undefined }), undefined);
  });
});

describe("a run", () => {
  /** A device on a clock of its own, on which a request takes 12 s and everything else no time; it notes what was done and when. */
  function stand(temperature: number | undefined, fails = Number.POSITIVE_INFINITY) {
    const done: string[] = [];
    let seconds = 0;
    let asked = 0;
    const note = (what: string) => void done.push(`${seconds} ${what}`);
    const device: EdgeDevice = {
      now: () => BigInt(seconds) * 1_000_000_000n,
      generate: async () => {
        note("generate");
        asked += 1;
        if (asked > fails) throw new Error("the chip was lost");
        seconds += 12;
        return { firstToken: 1, gaps: [asked], coalesced: 0, packed: 0, text: "a" };
      },
      celsius: () => temperature,
      coolDown: async (wanted) => {
        note(`cool down to ${wanted}`);
        seconds += 100;
        return wanted + 1;
      },
      throttleBits: async () => {
        note("throttle");
        return 0;
      },
      benchmark: async (hef) => {
        note(`benchmark ${hef}`);
        return { fps: 307 };
      },
    };
    return { device, done };
  }
  const times = { warmupSeconds: 30, seconds: 60 };

  it("warms up for half a minute, and only then looks at the board and asks for a minute, and for the network last", async () => {
    const { device, done } = stand(50);
    const { warmups, requests, stamps, conditions } = await edgeRun({ ...times, hef: "/n.hef" }, device, {});
    assert.deepEqual(done, [
      ...["0 generate", "12 generate", "24 generate", "36 throttle"],
      ...["36 generate", "48 generate", "60 generate", "72 generate", "84 generate", "96 throttle", "96 benchmark /n.hef"],
    ]);
    assert.deepEqual([warmups.length, requests.length, requests[0]?.gaps], [3, 5, [4]]);
    assert.deepEqual([stamps["warmup.start"], stamps.start, stamps["request.4"]], ["0", "36000000000", "84000000000"]);
    assert.deepEqual([stamps.end, stamps["hef.end"]], ["96000000000", "96000000000"]);
    assert.deepEqual(conditions, {
      ...{ "throttle.before": 0, "throttle.after": 0 },
      ...{ "celsius.first": 50, "celsius.start": 50, "celsius.end": 50 },
    });
  });

  it("cools down between its warm-up and its start to the temperature of the session's first", async () => {
    const first: FirstStart = { celsius: 47 };
    const { device, done } = stand(60);
    const { conditions, stamps } = await edgeRun(times, device, first);
    assert.deepEqual(done.slice(2, 6), ["24 generate", "36 cool down to 47", "136 throttle", "136 generate"]);
    assert.deepEqual([conditions["celsius.first"], conditions["celsius.start"], conditions["celsius.end"]], [47, 48, 60]);
    assert.equal(stamps.start, "136000000000");
    assert.equal(first.celsius, 47);
  });

  it("asks at least once for each, and leaves out what the board does not tell", async () => {
    const { device } = stand(undefined);
    const { warmups, requests, conditions } = await edgeRun({ warmupSeconds: 0, seconds: 0.1 }, device, {});
    assert.deepEqual([warmups.length, requests.length], [1, 1]);
    assert.deepEqual(conditions, { "throttle.before": 0, "throttle.after": 0 });
  });

  it("that fails after its start is the first start all the same", async () => {
    const first: FirstStart = {};
    await assert.rejects(edgeRun(times, stand(50, 3).device, first), /chip was lost/);
    assert.equal(first.celsius, 50);
  });
});

describe("the figures of a run", () => {
  const times = (firstToken: number, gaps: readonly number[], coalesced = 0) => ({
    ...{ firstToken, gaps, coalesced, packed: 0, text: "a" },
  });
  const found = {
    ...({ outcome: "measured", conditions: { "throttle.before": 0 }, stamps: { start: "1", end: "2" } } as const),
    warmups: [times(9, [9, 9]), times(8, [8, 8])],
    requests: [times(0.3, [1, 2]), times(0.1, [3, 4])],
    hef: { fps: 307, watts: 3 },
  };

  it("are ranks over the gaps of all requests that count, every gap kept", () => {
    const measured = toMeasurement(found, 0.01);
    assert.equal(measured.outcome, "measured");
    if (measured.outcome !== "measured") return;
    assert.deepEqual(measured.values, {
      ...{ gapP50: 2, gapP95: 4, firstToken: 0.1, tokensPerSecond: 0.4, requests: 2, coalesced: 0, hefFps: 307 },
    });
    assert.deepEqual(measured.series, {
      ...{ "gap.1": [1, 2], "gap.2": [3, 4], firstToken: [0.3, 0.1], "warmup.gap": [9, 9, 8, 8] },
    });
    assert.deepEqual(measured.stamps, found.stamps);
    assert.deepEqual(measured.conditions, {
      ...{ "edge.throttle.before": 0, "hailortcli.watts": 3 },
      ...{ "tokens.packed": 0, "tokens.coalesced": 0, "tokens.coalescedLimit": 0.01 },
    });
  });

  it("are drawn by the position of the token, as those of the test on CPU", () => {
    const measured = toMeasurement(found, 0.01);
    assert.ok(measured.outcome === "measured" && measured.series !== undefined);
    const series = Object.fromEntries(Object.entries(measured.series).map(([name, values]) => [name, [...values]]));
    assert.deepEqual(gapsOf(series), [
      { position: 2, seconds: 1 },
      { position: 3, seconds: 2 },
      { position: 2, seconds: 3 },
      { position: 3, seconds: 4 },
    ]);
  });

  it("make the sample invalid, and not a failure slower than all others, where tokens came together", () => {
    const tokens = { packed: 0, coalesced: 0 };
    for (const change of [{ coalesced: 1 }, { packed: 1 }]) {
      const request = { ...times(0.3, [1, 0]), ...tokens, ...change };
      const measured = toMeasurement({ ...found, requests: [request] }, 0.01);
      assert.ok(measured.outcome === "measured");
      const { conditions = {} } = measured;
      assert.equal(judge({ values: {}, primary: "gapP50", conditions, leftovers: [] }, false).status, "invalid");
    }
  });

  it("have no rate where everything was read at once", () => {
    const measured = toMeasurement({ ...found, requests: [times(0.3, [0, 0], 2)] }, 0.01);
    assert.ok(measured.outcome === "measured" && !("tokensPerSecond" in measured.values));
  });
});
