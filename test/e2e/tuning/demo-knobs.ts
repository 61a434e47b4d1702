/** One knob of the tuned host, as plain commands on that host see it and as a preview says it. */
export interface DemoKnob {
  /** Prints one line with its value. */
  readonly read: string;
  /** What that prints on the tuned host with two CPUs. */
  readonly tuned: string;
  /** What somebody does to it. */
  readonly byHand: string;
  /** What the next preview says of it. */
  readonly changed: string;
  /** What a preview says after a restart of the host; absent where the knob outlives one, or is the kernel's own value. */
  readonly restarted?: string;
}

/** The knobs that the profile `serving` lacks: one of every kind that a lab machine has. */
export const OWN_KNOBS: Readonly<Record<string, string>> = {
  "hold.kernel": "on",
  "service.indexer": "stopped",
  "persisted.vm.swappiness": "10",
  "latency.dma": "100",
  "rps.eth0": "housekeeping",
  "slice.model.cpuset.cpus": "serving",
  "slice.model.cpuset.cpus.partition": "root",
};

/** Something in the background for `service.indexer` to stop: a lab machine has nothing. */
export const INDEXER = {
  name: "indexer",
  run: `printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/indexer.service
systemctl daemon-reload
systemctl enable --now indexer`,
  undo: `systemctl disable --now indexer
rm /etc/systemd/system/indexer.service
systemctl daemon-reload`,
};

const PERSISTED = "/etc/sysctl.d/zz-distrobench-vm.swappiness.conf";
const HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled";
const BASE_SLICE = "/sys/kernel/debug/sched/base_slice_ns";
const SLICE = "/sys/fs/cgroup/model.slice";
const eachIrq = (command: string) => `for n in $(ls /sys/class/net/eth0/device/../msi_irqs); do ${command}; done`;
const orAbsent = (file: string) => `cat ${file} 2>/dev/null || echo absent`;

/** By knob. What is done by hand is done in this order: a partition that is dissolved resets the scheduler's times, so those come last. */
export const DEMO_KNOBS: Readonly<Record<string, DemoKnob>> = {
  "hold.kernel": {
    read: "apt-mark showhold | grep -c linux-image || true",
    tuned: "2",
    byHand: "apt-mark unhold $(apt-mark showhold) >/dev/null",
    changed: "expected held, found free",
  },
  "service.indexer": {
    read: "systemctl is-active indexer || true",
    tuned: "inactive",
    byHand: "systemctl start indexer",
    changed: "expected stopped, found running",
    restarted: "expected stopped, found running",
  },
  "sysctl.vm.swappiness": {
    read: "sysctl -n vm.swappiness",
    tuned: "10",
    byHand: "sysctl -qw vm.swappiness=55",
    changed: "expected 10, found 55",
  },
  "sysctl.vm.stat_interval": {
    read: "sysctl -n vm.stat_interval",
    tuned: "10",
    byHand: "sysctl -qw vm.stat_interval=3",
    changed: "expected 10, found 3",
    restarted: "expected 10, found 1",
  },
  "sysctl.kernel.sched_autogroup_enabled": {
    read: "sysctl -n kernel.sched_autogroup_enabled",
    tuned: "0",
    byHand: "sysctl -qw kernel.sched_autogroup_enabled=1",
    changed: "expected 0, found 1",
    restarted: "expected 0, found 1",
  },
  "persisted.vm.swappiness": {
    read: orAbsent(PERSISTED),
    tuned: "vm.swappiness = 10",
    byHand: `sed -i s/10/60/ ${PERSISTED}`,
    changed: "expected vm.swappiness = 10 (644 0:0), found vm.swappiness = 60 (644 0:0)",
  },
  "thp.enabled": {
    read: `sed 's/.*\\[\\(.*\\)\\].*/\\1/' ${HUGE_PAGES}`,
    tuned: "madvise",
    byHand: `echo never >${HUGE_PAGES}`,
    changed: "expected madvise, found never",
    restarted: "expected madvise, found always",
  },
  "numa.balancing": {
    read: "sysctl -n kernel.numa_balancing",
    tuned: "0",
    byHand: "sysctl -qw kernel.numa_balancing=1",
    changed: "expected 0, found 1",
  },
  "latency.dma": {
    read: "systemctl is-active distrobench-latency || true",
    tuned: "active",
    byHand: "systemctl stop distrobench-latency",
    changed: "expected 100, found released",
    restarted: "expected 100, found released",
  },
  "workqueue.all": {
    read: "cat /sys/devices/virtual/workqueue/cpumask",
    tuned: "1",
    byHand: "echo 3 >/sys/devices/virtual/workqueue/cpumask",
    changed: "expected 1, found 3",
    restarted: "expected 1, found 3",
  },
  "rps.eth0": {
    read: "cat /sys/class/net/eth0/queues/rx-0/rps_cpus",
    tuned: "1",
    byHand: "echo 0 >/sys/class/net/eth0/queues/rx-0/rps_cpus",
    changed: "expected 1, found 0",
    restarted: "expected 1, found 0",
  },
  "irq.default": {
    read: "cat /proc/irq/default_smp_affinity",
    tuned: "1",
    byHand: "echo 3 >/proc/irq/default_smp_affinity",
    changed: "expected 1, found 3",
    restarted: "expected 1, found 3",
  },
  "irq.network": {
    read: `${eachIrq("cat /proc/irq/$n/smp_affinity_list")} | sort -u | xargs`,
    tuned: "0",
    byHand: eachIrq("echo 1 >/proc/irq/$n/smp_affinity_list"),
    changed: "expected 0, found 1",
    restarted: "expected 0, found 0-1",
  },
  "slice.model.cpu.weight": {
    read: orAbsent(`${SLICE}/cpu.weight`),
    tuned: "1000",
    byHand: "systemctl set-property --runtime model.slice CPUWeight=77",
    changed: "expected 1000, found 77",
    restarted: "expected model.slice=present model.slice/cpu.weight=1000, found absent",
  },
  "slice.model.cpuset.cpus.partition": {
    read: orAbsent(`${SLICE}/cpuset.cpus.partition`),
    tuned: "root",
    byHand: `echo member >${SLICE}/cpuset.cpus.partition`,
    changed: "expected root, found member",
    restarted: "expected model.slice=present model.slice/cpuset.cpus.partition=root, found absent",
  },
  "slice.model.cpuset.cpus": {
    read: orAbsent(`${SLICE}/cpuset.cpus`),
    tuned: "1",
    byHand: "systemctl set-property --runtime model.slice AllowedCPUs=0",
    changed: "expected 1, found 0",
    restarted: "expected model.slice=present model.slice/cpuset.cpus=1, found absent",
  },
  "sched.latency_ns": {
    read: `cat ${BASE_SLICE}`,
    tuned: "1000000",
    byHand: `echo 2000000 >${BASE_SLICE}`,
    changed: "expected 1000000, found 2000000",
    restarted: "expected 1000000, found 1400000",
  },
};
