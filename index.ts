import { declareStack } from "./stacks/program.ts";

/** The metrics, verdicts, hosts and report of this stack, as `pulumi stack output --json` prints them. */
export const { hosts, images, metrics, verdicts, sessions, report } = declareStack(import.meta.dirname);
