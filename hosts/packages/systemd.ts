import { sh } from "../sh.ts";
import type { ServiceManager } from "./manager.ts";

export const systemd: ServiceManager = {
  kind: "systemd",
  states: (names) => sh`for n in ${names}; do echo "$n $(systemctl is-active "$n.service" 2>/dev/null)"; done`,
  listRunning: sh`systemctl list-units --type=service --state=running --no-legend --no-pager --plain | awk '{print $1}'`,
  enablement: (names) => sh`for n in ${names}; do echo "$n $(systemctl is-enabled "$n.service" 2>/dev/null)"; done`,
  start: (name) => sh`systemctl reset-failed ${`${name}.service`} 2>/dev/null; systemctl start ${`${name}.service`}`,
  stop: (name) => sh`systemctl stop ${`${name}.socket`} ${`${name}.service`} 2>/dev/null || systemctl stop ${`${name}.service`}`,
  enable: (name) => sh`systemctl enable -q ${`${name}.service`}`,
  disable: (name) => sh`systemctl disable -q ${`${name}.service`}`,
};
