import assert from "node:assert/strict";
import { basename } from "node:path";
import { describe, it } from "node:test";
import { createTuningHandler } from "../../kernel-tuning/tuning-handler.ts";
import { contextOf, inputsOf, MemoryHost } from "./memory-host.ts";

describe("a sysctl at every boot", () => {
  it("stands in a file that is read after those of the distribution and of whoever keeps the host", async () => {
    const host = new MemoryHost({ "value /proc/sys/net/core/somaxconn": "4096" });
    const inputs = inputsOf({ "persisted.net.core.somaxconn": "8192" });
    await createTuningHandler(async () => host).create(contextOf([]), inputs);
    const [file = ""] = [...host.cells.keys()].filter((key) => key.startsWith("file /etc/sysctl.d/"));
    // sysctl.d(5): sorted by name, and the last one that sets a key has it; Debian's link to /etc/sysctl.conf is 99-sysctl.conf.
    const others = ["10-network-security.conf", "99-sysctl.conf", "99-zz-cloud.conf"];
    assert.equal([...others, basename(file)].sort().at(-1), basename(file));
  });
});
