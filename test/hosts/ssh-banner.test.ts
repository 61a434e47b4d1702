import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { waitForBanner } from "../../hosts/ssh/banner.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function serve(port: number, greet: (connections: number) => boolean): { readonly server: Server; connections(): number } {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    if (greet(connections)) socket.write("SSH-2.0-test\r\n");
  }).listen(port, "127.0.0.1");
  return { server, connections: () => connections };
}

test("a server that starts to listen later is found; what failed before it, and what it said, is kept", async () => {
  const port = await freePort();
  const waiting = waitForBanner({ address: "127.0.0.1", port }, new AbortController().signal);
  await delay(150);
  const { server } = serve(port, () => true);
  const banner = await waiting;
  assert.ok(banner !== undefined);
  assert.equal(String(banner.socket.read()), "SSH-2.0-test\r\n");
  assert.ok(banner.firstFailed !== undefined && banner.firstFailed < banner.seen);
  assert.ok(banner.tryBefore !== undefined && banner.tryBefore < banner.began && banner.began < banner.seen);
  banner.socket.destroy();
  server.close();
});

test("a connection that is accepted and stays silent is no answer, and does not keep a later one from being it", async () => {
  const port = await freePort();
  const { server, connections } = serve(port, (count) => count > 1);
  const banner = await waitForBanner({ address: "127.0.0.1", port }, AbortSignal.timeout(30_000));
  assert.ok(banner !== undefined);
  assert.ok(connections() > 1);
  banner.socket.destroy();
  server.close();
});

test("the waiting ends with its signal and closes what it opened", async () => {
  const port = await freePort();
  const stop = new AbortController();
  const { server } = serve(port, () => false);
  const accepted = once(server, "connection");
  const waiting = waitForBanner({ address: "127.0.0.1", port }, stop.signal);
  const [socket] = await accepted;
  stop.abort();
  assert.equal(await waiting, undefined);
  if (!socket.destroyed) await once(socket.resume(), "close");
  server.close();
});
