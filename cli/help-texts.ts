import type { HelpText } from "./help.ts";

export const PROGRAM_HELP: HelpText = {
  notes: [
    "Exit codes: 0 done, 1 failed (stderr says why), 2 the command line is wrong, 130 stopped by ^C. Those of gate, reproduce, inventory, preflight and doctor are answers: see the --help of each.",
    "Results go to stdout, what is being done to stderr. Colour is for terminals only; NO_COLOR=1 turns it off.",
  ],
  heading: "First steps:",
  examples: [
    ["./distrobench up", "make two virtual machines, measure, compare"],
    ["./distrobench destroy", "remove them again"],
    ["./distrobench doctor", "what this machine has and lacks"],
    ["./distrobench up mine", "stacks/mine.yaml: your own hosts (copy own-hosts.yaml)"],
  ],
};

/** By the name of the command. */
export const COMMAND_HELP: Readonly<Record<string, HelpText>> = {
  up: {
    notes: [
      "A second run finds done what is done: nothing is measured again until something of it changes. What ^C or a failure interrupted goes on.",
      "Exit codes: 0 everything is up and measured, 1 something failed, 2 the command line is wrong, 130 stopped by ^C.",
    ],
  },
  preflight: {
    notes: ["Exit codes: 0 nothing is in the way, 1 a check failed or a host cannot be reached, 2 the command line is wrong."],
  },
  gate: {
    notes: [
      "Exit codes: 0 PASS, 1 FAIL, 2 INCONCLUSIVE, 3 INVALID, 4 NO-BASELINE, 5 no verdict because something is wrong (said on stderr).",
      "A matrix may let 2 and 4 pass, with a warning: gate: { inconclusive: warn, noBaseline: warn }.",
      "The baseline is the newest complete and valid session of the same stack and benchmark with the same fingerprint, before the one that is judged. Intervals decide, never point estimates. docs/gate.md says how.",
    ],
    examples: [
      ["./distrobench gate mine", "the newest sessions of a stack against those before"],
      ["./distrobench gate mine --baseline debian-13/docker", "the variants of the newest sessions against one of them"],
      ["./distrobench gate mine --expect-change kernel --junit gate.xml", "the kernel is the change under test"],
    ],
  },
  compare: {
    notes: [
      "Two sessions are compared variant by variant, unpaired; two variants of one session block by block. Ratios are second / first.",
      "Where the environments differ the facts are listed and there is no verdict.",
    ],
    examples: [["./distrobench compare debian-13/docker debian-13/podman --stack ci"]],
  },
  reproduce: {
    notes: [
      "Brings the matrix up with the locked versions, names every difference, measures, and judges each metric against the locked session.",
      "Exit codes are those of gate: 0 PASS (every metric the same within the tolerance), 1 FAIL, 2 INCONCLUSIVE, 3 INVALID, 4 NO-BASELINE, 5 no verdict because something is wrong.",
    ],
    examples: [
      ["./distrobench reproduce stacks/mine.lock.json", "again on the same hosts"],
      ["./distrobench reproduce stacks/mine.lock.json --hosts new-lab", "on the hosts of stacks/new-lab.yaml"],
    ],
  },
  inventory: {
    notes: ["Exit codes: 0 no difference, 1 differences, 2 no comparison because something is wrong (said on stderr)."],
    examples: [
      ["./distrobench inventory runner --stack mine --diff", "against the inventory taken before up changed anything"],
      ["./distrobench inventory runner --stack mine --json >before.json"],
      ["./distrobench inventory runner --stack mine --diff before.json"],
    ],
  },
  doctor: {
    notes: ["Exit codes: 0 nothing that up needs is missing, 1 something is, 2 the command line is wrong."],
  },
};
