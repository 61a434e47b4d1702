import { z } from "zod";
import { architectureName, distributionName } from "../hosts/index.ts";
import { engineName, modelSource } from "../images/index.ts";
import { duration, percent, size } from "./quantities.ts";
import { ownSteps, perDistribution } from "./steps-schema.ts";
import { ownProfiles, tuning } from "./tuning-schema.ts";
import { name, secretReference, text } from "./words.ts";

export type { SecretReference } from "./words.ts";

const release = z
  .string({ error: 'expected a release as text, in quotes when it is a number, such as trixie or "24.04"' })
  .min(1, "expected a release that is not empty");

const hostKey = z
  .union(
    [
      z.strictObject({ key: text("ssh-ed25519 AAAA...").describe("public key of the host: type and base64") }),
      z.strictObject({ knownHosts: text("~/.ssh/known_hosts").describe("a known_hosts file; ~ is expanded") }),
    ],
    { error: "expected { key: PUBLIC KEY } or { knownHosts: FILE }; the check of the host key cannot be switched off" },
  )
  .default({ knownHosts: "~/.ssh/known_hosts" })
  .describe("how the right machine is recognised");

const become = z
  .strictObject({
    method: z.enum(["sudo", "doas", "su"]),
    password: secretReference.optional(),
  })
  .describe("how the user becomes root, when the user is not root");

const hop = z.strictObject({
  address: text("192.0.2.10"),
  port: z.int().min(1).max(65535).default(22),
  user: text("root").default("root"),
  privateKeyFile: text("~/.ssh/id_ed25519").optional().describe("on this machine; ~ is expanded"),
  privateKey: secretReference.optional(),
  passphrase: secretReference.optional(),
  password: secretReference.optional(),
  agent: z.boolean().optional().describe("use the SSH agent; the default when no key and no password is given"),
  hostKey,
});

const lab = z
  .strictObject({
    architecture: architectureName.optional().describe("of the processor; another one than the controller's is emulated, slowly"),
    cpus: z.int().min(1).max(256).default(2),
    memory: size("2GiB", "256MiB", "65536GiB").default("2GiB"),
    disk: size("8GiB", "2GiB", "65536GiB")
      .default("8GiB")
      .describe("root file system as the guest sees it; takes only the space that is used"),
    boot: z
      .enum(["direct", "grub"])
      .default("direct")
      .describe("grub: from its own disk, so that the kernel's command line can be tuned; direct starts faster"),
    accelerator: z.enum(["auto", "kvm", "tcg"]).default("auto").describe("auto uses KVM when a test boot proves that it works"),
    mirror: text("http://deb.debian.org/debian")
      .optional()
      .describe("where packages come from; the distribution's own by default"),
  })
  .describe("a virtual machine that distrobench makes and removes");

const ssh = hop
  .extend({
    bastions: z.array(hop).default([]).describe("machines on the way, in order from here to the host"),
    become: become.optional(),
  })
  .describe("a machine of yours, reached over SSH");

const host = z
  .strictObject({
    distribution: distributionName.describe("a host that turns out to be another is refused"),
    release: release.optional(),
    packages: z.array(z.string()).optional().describe("instead of the packages at the top"),
    tuning: tuning.optional(),
    ...ownSteps,
    lab: lab.optional(),
    ssh: ssh.optional(),
    local: z.strictObject({ become: become.optional() }).optional().describe("this machine"),
  })
  .meta({ oneOf: [{ required: ["lab", "release"] }, { required: ["ssh"] }, { required: ["local"] }] });

const image = z.strictObject({
  recipe: text("model-server").describe("a folder under images/"),
  base: z
    .strictObject({
      mmdebstrap: text("trixie").optional().describe("a Debian suite: the base is made from its packages"),
      mirror: text("http://deb.debian.org/debian").optional().describe("for mmdebstrap"),
      registry: text("debian:trixie-slim@sha256:...")
        .optional()
        .describe("pulled; name the digest to get the same bytes every time"),
    })
    .meta({ oneOf: [{ required: ["mmdebstrap"] }, { required: ["registry"] }] }),
  builder: name.describe("host that builds the image once, with Docker"),
  whenNotToBeHad: z
    .enum(["fail", "skip"])
    .default("fail")
    .describe("skip: where the base can't be had, variants with this image are skipped with the reason, and nothing fails"),
});

const blockCount = z.int().min(1).max(1000);
const look = z
  .array(z.int().min(6).max(1000))
  .min(1)
  .refine((counts) => counts.every((count, index) => index === 0 || count > (counts[index - 1] ?? 0)), "expected rising numbers")
  .describe("numbers of blocks after which the session ends if every interval is narrower than half the tolerance");
const blocks = z.union([blockCount, z.literal("auto"), z.strictObject({ look })], {
  error: "expected a number of blocks from 1 to 1000, auto, or { look: [10, 20, 30] } with rising numbers from 6",
});

const benchmark = z.strictObject({
  test: text("cold-start"),
  title: text("Cold start of the model server").optional(),
  image: name.optional(),
  model: name.optional().describe("one of the models at the top"),
  images: z.array(name).min(1, "expected at least one image").optional().describe("compared with each other: one variant each"),
  hosts: z.array(name).min(1, "expected at least one host"),
  engines: z.array(engineName).min(1, "expected at least one engine").optional(),
  baseline: text("debian-13/docker").optional().describe("variant the others are compared with; the first one by default"),
  blocks: blocks
    .default(10)
    .describe("every variant is measured once per block; below 6 there is no 95 % interval. auto looks at 10, 20 and 30 blocks"),
  budget: duration("20min").optional().describe("no block is begun that would probably end later"),
  seed: z.int().nonnegative().default(1).describe("of the random order inside the blocks"),
  tolerance: percent("10%").default("10%").describe("relative change that counts"),
  aaPair: z.boolean().default(true).describe("measure the baseline under two names, which must come out equal"),
  noisyHost: z.boolean().default(false).describe("go on where a noisy host would make the session invalid"),
  parameters: z.record(z.string(), z.unknown()).default({}).describe("of the test"),
});

const onVerdict = z.enum(["block", "warn"]).default("block");
const gate = z
  .strictObject({
    inconclusive: onVerdict.describe("warn: distrobench gate says so and ends with 0 instead of 2"),
    noBaseline: onVerdict.describe("warn: distrobench gate says so and ends with 0 instead of 4"),
  })
  .default({ inconclusive: "block", noBaseline: "block" })
  .describe("verdicts that may pass in CI; FAIL and INVALID never do");

/** One `stacks/<stack>.yaml`: which hosts, which images on them, what is measured. */
export const matrixSchema = z
  .strictObject({
    version: z.literal(1, { error: "expected 1, the version of this file's format" }),
    title: text("Debian 13 and Debian testing").describe("heading of the report"),
    hosts: z.record(name, host).refine((hosts) => Object.keys(hosts).length > 0, "expected at least one host"),
    packages: z.array(z.string()).default([]).describe("abstract names, installed on every host and removed again"),
    distributions: perDistribution,
    profiles: ownProfiles,
    images: z.record(name, image).default({}),
    models: z.record(name, modelSource).default({}).describe("model files, by the names that benchmarks use"),
    benchmarks: z.record(name, benchmark).default({}),
    gate,
  })
  .meta({ title: "distrobench matrix", description: "Which hosts, which images on them, what is measured." });

export type Matrix = z.output<typeof matrixSchema>;
export type MatrixHost = Matrix["hosts"][string];
export type MatrixHop = z.output<typeof hop>;
export type MatrixBecome = z.output<typeof become>;
/** What `distrobench gate` does with verdicts that are neither good nor bad. */
export type GateSettings = Matrix["gate"];
export type MatrixBenchmark = Matrix["benchmarks"][string];

/** The matrix schema for editors, as written to `stacks/matrix.schema.json`. */
export const matrixJsonSchema: z.core.JSONSchema.BaseSchema = z.toJSONSchema(matrixSchema, { io: "input" });
