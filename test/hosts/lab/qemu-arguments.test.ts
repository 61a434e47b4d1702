import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../../hosts/index.ts";
import { controllerArchitecture } from "../../../hosts/lab/architecture.ts";
import { probeArguments } from "../../../hosts/lab/kvm-probe.ts";
import { parseForwardedPort } from "../../../hosts/lab/process.ts";
import { qemuArguments } from "../../../hosts/lab/qemu-arguments.ts";
import { golden } from "../../golden.ts";

const machine = {
  name: "debian-13",
  uuid: "3f1c1c1e-0000-4000-8000-00000000000a",
  cpus: 2,
  memoryMiB: 2048,
  accelerator: "tcg",
  port: 0,
  firmware: undefined,
} as const;

describe("the arguments of QEMU", () => {
  it("are these for an emulated machine", () => {
    golden("hosts/lab/qemu-tcg.txt", lines(qemuArguments(machine, controllerArchitecture("x64"))));
  });

  it("are these for one that boots through GRUB: it may restart itself", () => {
    const specification = { ...machine, firmware: "/usr/share/OVMF/OVMF_CODE_4M.fd" };
    const words = qemuArguments(specification, controllerArchitecture("x64"));
    golden("hosts/lab/qemu-grub.txt", lines(words));
    assert.ok(!words.includes("-no-reboot"));
  });

  it("are these with KVM on arm64 and an earlier port", () => {
    const specification = { ...machine, accelerator: "kvm", port: 40123 } as const;
    golden("hosts/lab/qemu-kvm-arm64.txt", lines(qemuArguments(specification, controllerArchitecture("arm64"))));
  });

  it("are these for the trial of KVM", () => {
    golden("hosts/lab/qemu-probe.txt", lines(probeArguments(controllerArchitecture("x64"))));
  });

  it("don't exist for a processor without lab machines", () => {
    assert.throws(() => controllerArchitecture("s390x"), UserError);
  });
});

describe("the forwarded port", () => {
  it("is read from QEMU's own table", () => {
    const table =
      "Hub -1 (net):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n" +
      "  TCP[ESTABLISHED]   20  127.0.0.1 51111   10.0.2.15    22     0     0\r\n" +
      "  TCP[HOST_FORWARD]  13       127.0.0.1 40747       10.0.2.15    22     0     0\r\n";
    assert.equal(parseForwardedPort(table), 40747);
  });

  it("is unknown where nothing is forwarded", () => {
    assert.equal(parseForwardedPort("Hub -1 (net):\r\n"), undefined);
  });
});

function lines(words: readonly string[]): string {
  return `${words.join("\n")}\n`;
}
