import type { Distribution } from "./distribution.ts";
import { apt } from "./packages/apt.ts";
import { systemd } from "./packages/systemd.ts";

export const debian: Distribution = { name: "debian", label: "Debian", packages: apt, services: systemd };
