import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, test } from "node:test";
import { untilMark } from "../../hosts/warden-channel.ts";

const MARK = "7f3b1c5e-mark";
/** Holds pieces of the mark, and no byte is a character for sure. */
const BYTES = Buffer.concat([Buffer.from([0, 255, 10, 13, 128]), Buffer.from("7f3b1c5e-mar 0\n7f3b7f3b1c5e-m")]);

async function portionOf(chunks: readonly Buffer[]) {
  const stream = new PassThrough();
  const { body, code } = untilMark(stream, MARK);
  const bytes = buffer(body);
  for (const chunk of chunks) stream.write(chunk);
  return { bytes: await bytes, code: await code, stream };
}

describe("the part of a shell's output that belongs to one command", () => {
  const whole = Buffer.concat([BYTES, Buffer.from(`${MARK} 130\n`)]);

  for (const size of [1, 2, 7, 1000])
    test(`is what stands before the mark, byte for byte, in pieces of ${size}`, async () => {
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.subarray(index * size, (index + 1) * size),
      );
      const { bytes, code } = await portionOf(chunks);
      assert.ok(bytes.equals(BYTES), bytes.toString("latin1"));
      assert.equal(code, 130);
    });

  test("comes as soon as it is there", async () => {
    const stream = new PassThrough();
    const { body } = untilMark(stream, MARK);
    stream.write("started\n");
    const [chunk] = await once(body, "data");
    assert.equal(String(chunk), "started\n");
  });

  test("may be empty", async () => {
    const { bytes, code } = await portionOf([Buffer.from(`${MARK} 0\n`)]);
    assert.deepEqual([bytes.length, code], [0, 0]);
  });

  test("leaves the stream to the next one", async () => {
    const { stream } = await portionOf([Buffer.from(`first${MARK} 0\n`)]);
    const next = untilMark(stream, "another-mark");
    stream.write("second another-mark 1\n");
    assert.equal((await buffer(next.body)).toString(), "second ");
    assert.equal(await next.code, 1);
  });
});
