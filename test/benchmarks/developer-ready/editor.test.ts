import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { after, describe, it } from "node:test";
import { startEditor } from "../../../benchmarks/developer-ready/editor.ts";
import type { Transport } from "../../../hosts/index.ts";

const GAVE_UP = ["[22:48:09] info  Wrote default config file", "[22:48:20] error timed out"];

describe("an editor server", () => {
  const server = createServer((_, response) => response.end("ok")).listen(0, "127.0.0.1");
  after(() => server.close());

  /** A host on which each start of the server says other lines; the last one's are repeated. */
  function hostThatSays(starts: readonly (readonly string[])[]) {
    let count = 0;
    const start = async () => {
      const lines = starts[Math.min(count, starts.length - 1)] ?? [];
      count += 1;
      return {
        stdin: new PassThrough(),
        stdout: Readable.from([Buffer.from(`${lines.join("\n")}\n`)]),
        kill: async () => undefined,
      };
    };
    const transport = { host: "h", start, connect: async (port: number) => connect(port, "127.0.0.1") } as unknown as Transport;
    return { transport, starts: () => count };
  }
  const listening = async () => {
    if (!server.listening) await once(server, "listening");
    return [`[22:48:30] info  HTTP server listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/`];
  };
  const begin = async (transport: Transport) => await startEditor(transport, "/srv/clone", new AbortController().signal);

  it("that gave up by itself on a busy host is started again, and how often is kept", async () => {
    const { transport } = hostThatSays([GAVE_UP, GAVE_UP, await listening()]);
    const editor = await begin(transport);
    await editor.stop();
    assert.equal(editor.starts, 3);
  });

  it("that gives up five times, or ends for any other reason, is an error with its last words", async () => {
    const stubborn = hostThatSays([GAVE_UP]);
    await assert.rejects(begin(stubborn.transport), /ended before it listened: .*error timed out/);
    assert.equal(stubborn.starts(), 5);
    const broken = hostThatSays([["Segmentation fault"], await listening()]);
    await assert.rejects(begin(broken.transport), /ended before it listened: Segmentation fault/);
    assert.equal(broken.starts(), 1);
  });
});
