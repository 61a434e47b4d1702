import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { frameReader } from "../../../benchmarks/harness/attach-frames.ts";
import type { OutputStream } from "../../../benchmarks/harness/output.ts";
import { frame } from "../fake-engine.ts";

const frames = fc.array(fc.tuple(fc.constantFrom<OutputStream>("stdout", "stderr"), fc.string()));

test("however a connection cuts its data, each payload comes whole, in order, from its own stream", () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 20 }), (sent, size) => {
      const bytes = Buffer.concat(sent.map(([from, text]) => frame(from, text)));
      const taken: (readonly [OutputStream, string])[] = [];
      const read = frameReader((from, payload) => taken.push([from, payload.toString()]));
      for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
      assert.deepEqual(taken, sent);
    }),
  );
});

test("half a frame is nothing yet", () => {
  const read = frameReader(() => assert.fail("nothing is whole"));
  read(frame("stdout", "READY 1\n").subarray(0, 15));
});
