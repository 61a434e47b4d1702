import { UserError } from "../../hosts/index.ts";
import type { Knob } from "./knob.ts";

/**
 * `session.localsearch-3: stopped`: a service of the user managers (`systemctl --user`), stopped for everybody who is logged in and
 * started again after. Who logs out has taken it along; who logs in later shows as drift.
 */
export const session: Knob = {
  prefix: "session",
  argument: /^[A-Za-z0-9_@.:-]+$/,
  reads: (unit) => [{ kind: "session", name: `*/${unit}` }],
  plan: (unit, value, { view }) => {
    if (value !== "stopped" && value !== "running")
      throw new UserError(`session.${unit}: expected stopped or running, found ${value}`);
    const cells = [...view.values.keys()]
      .filter((key) => key.startsWith("session ") && key.endsWith(`/${unit}`))
      .map((key) => ({ kind: "session" as const, name: key.slice("session ".length), wanted: value }));
    return cells.length === 0 ? { notApplicable: `nobody who is logged in has ${unit}` } : { cells };
  },
};
