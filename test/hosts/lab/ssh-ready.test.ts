import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, test } from "node:test";
import { waitForSsh } from "../../../hosts/lab/ssh-ready.ts";

describe("waiting for a lab machine's first command", () => {
  test("ends with what the look at the machine says, however long nobody answers", async () => {
    const silent = createServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks === 3) throw new Error("its process has ended");
    };
    const waiting = waitForSsh({ directory: "/nowhere", port, hostKey: "ssh-ed25519 AAAA" }, new AbortController().signal, look);
    await assert.rejects(waiting, /its process has ended/);
    silent.close();
  });

  test("ends with its signal", async () => {
    const stop = new AbortController();
    const waiting = waitForSsh({ directory: "/nowhere", port: 1, hostKey: "ssh-ed25519 AAAA" }, stop.signal, async () =>
      stop.abort(new Error("stopped on request")),
    );
    await assert.rejects(waiting, /stopped on request/);
  });
});
