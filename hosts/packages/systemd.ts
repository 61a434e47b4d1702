import { sh } from "../sh.ts";
import type { ServiceManager } from "./manager.ts";

export const systemd: ServiceManager = {
  states: (names) => sh`for n in ${names}; do echo "$n $(systemctl is-active "$n.service" 2>/dev/null)"; done`,
  start: (name) => sh`systemctl reset-failed ${`${name}.service`} 2>/dev/null; systemctl start ${`${name}.service`}`,
  stop: (name) => sh`systemctl stop ${`${name}.socket`} ${`${name}.service`} 2>/dev/null || systemctl stop ${`${name}.service`}`,
};
