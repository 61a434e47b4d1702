import assert from "node:assert/strict";
import { once } from "node:events";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { StdioSocket } from "../../engine/plugins/docker/stdio-socket.ts";

it("a connection through a program that fails tells the program's words, not that it stopped reading", async () => {
  const socket = new StdioSocket("sh", ["-c", "exec <&-; sleep 0.1; echo no such host >&2; exit 255"]);
  await sleep(50);
  socket.write("GET / HTTP/1.1\r\n");
  const [error] = await once(socket, "error");
  assert.match(error.message, /^sh ended with code 255: no such host$/);
});

it("a connection through a program carries bytes both ways and ends with it", async () => {
  const socket = new StdioSocket("cat", []);
  socket.end("there and back");
  assert.equal(Buffer.concat(await socket.toArray()).toString(), "there and back");
});
