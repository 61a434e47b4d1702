/** Something that wakes up by itself and takes time from a measurement, or sets what the kernel does over what somebody else has set. */
export interface Disturber {
  readonly kind: "indexer" | "update timer" | "updater" | "telemetry" | "maintenance timer" | "balancer" | "tuner";
  /** Unit of systemd, with its suffix; or the service of OpenRC. */
  readonly unit?: string;
  readonly openrc?: string;
  /** A process that belongs to a user's session or to no unit. */
  readonly process?: string;
  /** The unit of the user's own systemd that the process belongs to. */
  readonly session?: string;
}

/**
 * Of all distributions: what a host does not have costs one word of a question. Preflight names what of it runs; the tuning profile
 * `quiet` stops what has a unit.
 */
export const disturbers: readonly Disturber[] = [
  { kind: "indexer", process: "tracker-miner-fs-3", session: "tracker-miner-fs-3" },
  { kind: "indexer", process: "localsearch-3", session: "localsearch-3" },
  { kind: "indexer", process: "baloo_file", session: "kde-baloo" },
  { kind: "indexer", unit: "plocate-updatedb.timer" },
  { kind: "indexer", unit: "updatedb.timer" },
  { kind: "indexer", unit: "man-db.timer" },
  { kind: "update timer", unit: "apt-daily.timer" },
  { kind: "update timer", unit: "apt-daily-upgrade.timer" },
  { kind: "update timer", unit: "fwupd-refresh.timer" },
  { kind: "update timer", unit: "update-notifier-download.timer" },
  { kind: "update timer", unit: "pamac-mirrorlist.timer" },
  { kind: "update timer", unit: "pamac-cleancache.timer" },
  { kind: "update timer", unit: "pkgfile-update.timer" },
  { kind: "update timer", unit: "reflector.timer" },
  { kind: "update timer", unit: "archlinux-keyring-wkd-sync.timer" },
  { kind: "updater", unit: "unattended-upgrades.service" },
  { kind: "updater", unit: "packagekit.service" },
  { kind: "updater", unit: "fwupd.service" },
  { kind: "updater", unit: "snapd.service" },
  { kind: "updater", unit: "pamac-daemon.service" },
  { kind: "updater", process: "gnome-software" },
  { kind: "updater", process: "update-manager" },
  { kind: "telemetry", unit: "motd-news.timer" },
  { kind: "telemetry", unit: "ua-timer.timer" },
  { kind: "telemetry", unit: "whoopsie.path" },
  { kind: "telemetry", unit: "whoopsie.service" },
  { kind: "telemetry", unit: "apport.service" },
  { kind: "telemetry", unit: "popularity-contest.timer" },
  { kind: "maintenance timer", unit: "fstrim.timer" },
  { kind: "maintenance timer", unit: "e2scrub_all.timer" },
  { kind: "maintenance timer", unit: "dpkg-db-backup.timer" },
  { kind: "maintenance timer", unit: "logrotate.timer" },
  // Of every systemd: a quarter of an hour after the start, then daily.
  { kind: "maintenance timer", unit: "systemd-tmpfiles-clean.timer" },
  { kind: "maintenance timer", unit: "cron.service", openrc: "crond" },
  { kind: "maintenance timer", unit: "cronie.service", openrc: "cronie" },
  { kind: "maintenance timer", openrc: "dcron" },
  { kind: "maintenance timer", openrc: "fcron" },
  { kind: "maintenance timer", unit: "anacron.timer" },
  { kind: "balancer", unit: "irqbalance.service", openrc: "irqbalance" },
  { kind: "tuner", unit: "tuned.service", openrc: "tuned" },
  { kind: "tuner", unit: "power-profiles-daemon.service", openrc: "power-profiles-daemon" },
  { kind: "tuner", unit: "tlp.service", openrc: "tlp" },
  { kind: "tuner", unit: "auto-cpufreq.service", openrc: "auto-cpufreq" },
  { kind: "tuner", unit: "ananicy-cpp.service" },
];
