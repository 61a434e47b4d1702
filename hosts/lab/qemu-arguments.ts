import type { Architecture } from "./architecture.ts";
import { machineFiles } from "./arrangement.ts";

export interface MachineSpecification {
  readonly name: string;
  /** Also the guest's machine-id, and how its process is recognised. */
  readonly uuid: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly accelerator: "kvm" | "tcg";
  /** Wanted port on 127.0.0.1; 0 lets the kernel choose a free one. */
  readonly port: number;
  /** File of the UEFI firmware that starts GRUB from the disk; undefined: QEMU reads kernel and initrd. */
  readonly firmware: string | undefined;
  /** What the disk's own initrd needs to be told. */
  readonly bootArguments?: readonly string[];
}

/** The arguments of QEMU, for a working directory that is the machine's own (see `machineFiles`). */
export function qemuArguments(machine: MachineSpecification, architecture: Architecture): string[] {
  return [
    ...["-name", `distrobench-${machine.name}`, "-uuid", machine.uuid],
    ...["-nodefaults", "-no-user-config", "-display", "none"],
    ...["-machine", architecture.machine, ...acceleratorArguments(machine.accelerator, architecture)],
    ...["-smp", String(machine.cpus), "-m", `${machine.memoryMiB}M`],
    ...(machine.firmware === undefined ? directBoot(machine, architecture) : firmwareBoot(machine.firmware)),
    ...["-drive", `if=none,id=root,format=qcow2,discard=unmap,file=${machineFiles.overlay}`],
    ...["-device", "virtio-blk-pci,drive=root", "-device", "virtio-rng-pci"],
    ...["-netdev", `user,id=net,ipv6=off,${portForward(machine.port)}`, "-device", "virtio-net-pci,netdev=net,romfile="],
    ...seed("hostname", machineFiles.hostname),
    ...seed("client-key", `${machineFiles.clientKey}.pub`),
    ...seed("host-key", machineFiles.hostKey),
    ...["-chardev", `file,id=serial,path=${machineFiles.serialLog}`, "-serial", "chardev:serial"],
    ...["-qmp", `unix:${machineFiles.control},server=on,wait=off`],
    ...["-sandbox", "on,obsolete=deny,resourcecontrol=deny"],
    ...["-daemonize", "-pidfile", machineFiles.processId],
  ];
}

/** A panic or a restart ends the process, so that both are seen: the guest can't be given another command line. */
function directBoot(machine: MachineSpecification, architecture: Architecture): string[] {
  const commandLine = kernelCommandLine(machine, architecture);
  return ["-kernel", machineFiles.kernel, "-initrd", machineFiles.initrd, "-append", commandLine, "-no-reboot"];
}

/** The guest may restart itself; a panic still ends the process: its kernel tells QEMU through the pvpanic device. */
function firmwareBoot(code: string): string[] {
  return [
    ...["-drive", `if=pflash,format=raw,unit=0,readonly=on,file=${code}`],
    ...["-drive", `if=pflash,format=raw,unit=1,file=${machineFiles.firmwareVariables}`],
    ...["-device", "pvpanic-pci", "-action", "reboot=reset,panic=shutdown"],
  ];
}

export function acceleratorArguments(accelerator: "kvm" | "tcg", architecture: Architecture): string[] {
  return accelerator === "kvm"
    ? ["-accel", "kvm", "-cpu", "host"]
    : ["-accel", "tcg,thread=multi", "-cpu", architecture.emulatedCpu];
}

function kernelCommandLine(machine: MachineSpecification, architecture: Architecture): string {
  return [
    "root=/dev/vda",
    "rw",
    `console=${architecture.console}`,
    "quiet",
    "net.ifnames=0",
    // 33 s of an emulated boot, and dockerd refuses to start containers where AppArmor is on without its parser.
    "apparmor=0",
    "selinux=0",
    "fsck.mode=skip",
    "panic=-1",
    // The kernel's test for a broken timer counts ticks against the processor's speed: an emulated one on a busy controller fails it now and
    // then, and the boot hangs (kernel parameters: no_timer_check). Of x86 only; others pass it on to init.
    "no_timer_check",
    `systemd.machine_id=${machine.uuid.replaceAll("-", "")}`,
    ...(machine.bootArguments ?? []),
  ].join(" ");
}

function portForward(port: number): string {
  return `hostfwd=tcp:127.0.0.1:${port}-:22`;
}

function seed(name: string, file: string): string[] {
  return ["-fw_cfg", `name=opt/distrobench/${name},file=${file}`];
}
