import { z } from "zod";
import { distributionName } from "../hosts/index.ts";
import { name, secretReference, text } from "./words.ts";

const after = z.literal("packages", { error: "expected packages, or nothing: then it comes before them" }).optional();

/** Literal values; a secret is named. */
const variable = z.union([z.string(), z.number().transform(String), secretReference], {
  error: "expected a text, a number, or a reference to a secret: { env: NAME } or { secret: KEY }",
});

const step = z.strictObject({
  name: name.describe("unique on the host"),
  run: text('systemctl disable --now cups, or a block of lines behind "|"').describe(
    "a POSIX shell script, run as root with `set -e`",
  ),
  undo: text("systemctl enable --now cups").optional().describe("takes back what `run` did; run by destroy"),
  update: text("systemctl reload docker")
    .optional()
    .describe("run instead of undo and run when the step or its host's address changes; must bear being repeated"),
  triggers: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .default([])
    .describe("when one of these changes, undo and run again"),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a variable, such as HTTP_PROXY"), variable)
    .default({}),
  after: after.describe("run after the packages instead of before them"),
  mayCutLink: z
    .boolean()
    .default(false)
    .describe("the host runs the undo by itself unless a new login confirms the step; not on `local` hosts, which have no link"),
  confirmSeconds: z.int().min(20).max(3600).optional().describe("how long a host waits for that login; 120 by default"),
});

const file = z
  .strictObject({
    source: text("stacks/files/docker.list").optional().describe("a file below the project's folder, up to 1 MiB"),
    content: secretReference.optional().describe("instead of source: the text of a secret"),
    target: z
      .string({ error: "expected an absolute path such as /etc/docker/daemon.json" })
      .regex(/^\/(?!.*(^|\/)\.\.?(\/|$))[^\0\n\t]*[^/\0\n\t]$/, "expected an absolute path such as /etc/docker/daemon.json")
      .describe("on the host; put back as it was by destroy"),
    mode: z
      .string({ error: 'expected a mode in quotes, such as "0644"' })
      .regex(/^[0-7]{3,4}$/, 'expected a mode in quotes, such as "0644"')
      .default("0644"),
    owner: z
      .string({ error: "expected an owner such as root or www-data:adm" })
      .regex(/^[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?$/, "expected an owner such as root or www-data:adm")
      .default("root")
      .describe("user, or user:group; without a group the one that is named like the user"),
    after: after.describe("copied after the packages instead of before them"),
  })
  .meta({ oneOf: [{ required: ["source"] }, { required: ["content"] }] });

/** What a host, or every host of a distribution, gets beside packages and tuning. */
export const ownSteps = {
  setup: z.array(step).default([]).describe("steps of your own, in order, each with its undo; docs/setup-steps.md"),
  files: z.array(file).default([]).describe("files copied before the steps and put back by destroy; docs/setup-steps.md"),
};

export const perDistribution = z
  .partialRecord(distributionName, z.strictObject(ownSteps))
  .default({})
  .describe("setup and files for every host of a distribution, before the host's own");

export type MatrixStep = z.output<typeof step>;
export type MatrixFile = z.output<typeof file>;
