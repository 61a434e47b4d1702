import type { MetricMethods } from "./metric-method.ts";

const PHASE_BEFORE = "From the newest stamp before it";

export const boot: MetricMethods = {
  total: {
    measured:
      "From just before the trigger (QEMU spawned, `reboot` or the power cut sent) to the return of the first command over SSH.",
    wrong: "A reboot, which contains the old system's end, stands beside a cold start; the network to the host is slow.",
  },
  down: {
    measured: "From the trigger to the first connection that failed. Only for a reboot.",
    wrong: "Only the network went, or came back between two tries.",
  },
  console: {
    measured: `${PHASE_BEFORE} to the first byte on the serial console, looked at every 20 ms. Lab machines only.`,
    wrong: "The kernel is `quiet`: then the phase is absent, or its byte comes from a later program.",
  },
  init: {
    measured: `${PHASE_BEFORE} to the console's line in which the kernel starts its first program. Lab machines only.`,
    wrong: "An initramfs is there: its `/init` is the first program, and not the system's.",
  },
  banner: {
    measured: `${PHASE_BEFORE} to the first byte of the SSH server.`,
    wrong: "Tries are far apart: `resolution` says by how much it may have been there earlier. Absent behind a bastion.",
  },
  login: {
    measured: `${PHASE_BEFORE} to the return of the first command: key exchange, login, a shell, and reading two files.`,
    wrong: "The key exchange dominates: it is the processor's and not the distribution's.",
  },
  resolution: {
    measured: "From the begin of the try before the one that met the SSH server to the server's first byte.",
    wrong: "Taken for an error of `total`, whose end is a returned command and not a try.",
  },
  guestUptime: {
    measured: "`/proc/uptime` as the first command read it: from the start of the kernel's clock.",
    wrong: "Taken for the boot: firmware and loader came before.",
  },
  guestInit: {
    measured: "The kernel log's stamp of `Run ... as init process`.",
    wrong: "An initramfs is there (its `/init` counts), or the log has lost its begin (then absent).",
  },
  guestUserspace: {
    measured: "The stamp UserspaceTimestampMonotonic of systemd. Absent without systemd.",
    wrong: "Compared with another init system, which has no such stamp.",
  },
  guestFinish: {
    measured: "The stamp FinishTimestampMonotonic of systemd, waited for two minutes at most after the measurement.",
    wrong: "Taken for ready: jobs count as done when services were spawned.",
  },
  services: {
    measured:
      "Services that the host's own init system calls running once its start jobs are done, after the time was taken; exact.",
    wrong:
      "Two init systems are compared: OpenRC counts those that did their work and ended. A timer's service runs at that moment.",
  },
  packages: {
    measured: "Installed packages by the host's own package manager, each once whatever its architectures; exact.",
    wrong: "Two distributions are compared that cut the same software into more or fewer packages.",
  },
};

export const developerReady: MetricMethods = {
  workspace: {
    measured: "From the trigger, as for boot, to the first look at which the editor's explorer shows a file of the repository.",
    wrong: "The controller's browser or the link is slow: the editor's pages go through the SSH connection.",
  },
  server: {
    measured: "From the trigger to the editor server's first answer.",
    wrong: "Taken for a usable editor: no extension host runs before a browser connects.",
  },
  firstCommand: {
    measured: "From the trigger to the return of the first command over SSH: the same as `total` of boot.",
    wrong: "A reboot, which contains the old system's end, stands beside a cold start.",
  },
  tools: {
    measured:
      "From the first command to the last answer of engines (each asked until it answers, every 0.2 s), git and Python, one after the other.",
    wrong: "An engine is started by its first use only: then its start is inside.",
  },
  clone: {
    measured: "From there to the end of `git clone` from a bundle on the host.",
    wrong: "The bundle is in the page cache of a kept disk; the commit differs (must agree).",
  },
  editor: {
    measured: "From there to the editor server's first answer.",
    wrong: "It had to be started twice: `editor.starts` in the conditions says so.",
  },
  window: {
    measured: "From there to the file in the explorer, in a browser on the controller that was started before the host.",
    wrong: "The controller is busy: this phase is mostly its own.",
  },
};

export const command: MetricMethods = {
  wall: {
    measured:
      "From just before `sh -c`, or the engine's run command, is spawned to its end, both streams closed; median of a sample's runs.",
    wrong: "The command leaves work in the background.",
  },
  instructions: {
    measured:
      "Instructions of all processes of one further run under valgrind's callgrind, summed; exact. Only where `count` asks for it.",
    wrong:
      "The work depends on time, chance or the order of threads; a child that forks and starts no program carries its parent's again.",
  },
  syscalls: {
    measured:
      "System calls of all processes of one further run under `strace -f -c`, summed; exact. Only where `count` asks for it.",
    wrong: "The command waits by asking again and again.",
  },
};
