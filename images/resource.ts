import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { baseTag, pulledBase } from "./base.ts";
import { findRecipe, type ImageBase, prepareContext } from "./index.ts";
import type { BaseImageInputs, DeliveredImageInputs } from "./schema.ts";

type Args<Inputs> = { [Key in keyof Inputs]: pulumi.Input<Inputs[Key]> };

/** The same image in one engine of one host, proven by its config digest. */
export class DeliveredImage extends pulumi.CustomResource {
  declare readonly configDigest: pulumi.Output<string>;
  /** Bytes. */
  declare readonly unpackedBytes: pulumi.Output<number>;
  /** Bytes. */
  declare readonly bytesSent: pulumi.Output<number>;
  declare readonly wasPresent: pulumi.Output<boolean>;
  declare readonly localId: pulumi.Output<string>;

  constructor(name: string, args: Args<DeliveredImageInputs>, options?: pulumi.CustomResourceOptions) {
    const outputs = { configDigest: undefined, unpackedBytes: undefined, bytesSent: undefined, wasPresent: undefined };
    super("distrobench:images:DeliveredImage", name, { ...args, ...outputs, localId: undefined }, options);
  }
}

/** What a recipe stands on, as an image in the builder's Docker. */
class BaseImage extends pulumi.CustomResource {
  declare readonly localId: pulumi.Output<string>;
  declare readonly archiveDigest: pulumi.Output<string>;
  declare readonly versions: pulumi.Output<Readonly<Record<string, string>>>;
  /** Bytes. */
  declare readonly bytesSent: pulumi.Output<number>;
  declare readonly unavailable: pulumi.Output<string>;

  constructor(name: string, args: Args<BaseImageInputs>, options?: pulumi.CustomResourceOptions) {
    const outputs = { localId: undefined, archiveDigest: undefined, versions: undefined, bytesSent: undefined };
    super("distrobench:images:BaseImage", name, { ...args, ...outputs, unavailable: undefined }, options);
  }
}

export interface BuiltImageArgs {
  /** Absolute path of the project's root. */
  readonly root: string;
  readonly stack: string;
  readonly recipe: string;
  readonly base: ImageBase;
  readonly whenNotToBeHad?: "skip" | undefined;
  readonly builder: {
    readonly host: string;
    readonly connection: pulumi.Input<BaseImageInputs["connection"]>;
    /** What the docker provider dials, such as `ssh://debian-13`. */
    readonly dockerHost: pulumi.Input<string>;
    /** An `ssh -F` file that knows the name in `dockerHost`. */
    readonly sshConfigFile?: pulumi.Input<string>;
  };
}

/**
 * One recipe built once, on the builder's Docker: its base, its context, its image. On a base of ours the builder has nothing to do but to
 * name it, because what a builder makes is dated, and has another digest every time.
 */
export class BuiltImage extends pulumi.ComponentResource {
  /** What `DeliveredImage` takes as its source: the builder's image id. */
  readonly source: pulumi.Output<string>;
  /** The image's name on every host. */
  readonly tag: string;
  /** What it stands on, for people. */
  readonly base: string;
  /** sha256 of the root file system it stands on; empty for a pulled base. */
  readonly baseDigest: pulumi.Output<string>;
  /** Exact version of every package in that; empty for a pulled base. */
  readonly packages: pulumi.Output<Readonly<Record<string, string>>>;
  /** Why its base could not be had, where that is no failure. */
  readonly unavailable: pulumi.Output<string | undefined>;

  constructor(name: string, args: BuiltImageArgs, options?: pulumi.ComponentResourceOptions) {
    super("distrobench:images:BuiltImage", name, {}, options);
    const { builder, base, recipe, root } = args;
    // Children do not inherit what their component waits for.
    const own = { parent: this, dependsOn: options?.dependsOn ?? [] };
    const { context, dockerfile, base: description } = prepareContext({ root, name, recipe, base });
    const made = new BaseImage(`${name}-base`, baseArgs(args), own);
    const sshOpts = builder.sshConfigFile === undefined ? [] : ["-F", builder.sshConfigFile];
    const provider = new docker.Provider(`${name}-builder`, dockerAt(builder.dockerHost, sshOpts), own);
    this.tag = `distrobench/${name}:${args.stack}`;
    this.base = description;
    this.baseDigest = made.archiveDigest;
    this.packages = made.versions;
    this.unavailable = made.unavailable.apply((why) => (why === "" ? undefined : why));
    // The classic builder: one tar over the Engine API, no buildx and no session, on every Docker from 24 on.
    const build = { context, dockerfile, builderVersion: docker.BuilderVersion.BuilderV1 };
    const image = new docker.Image(
      name,
      { imageName: this.tag, build, skipPush: true },
      { parent: this, provider, dependsOn: made },
    );
    this.source = image.repoDigest;
    this.registerOutputs({ source: this.source, tag: this.tag, base: this.base });
  }
}

/** In a first preview the builder's Docker is not there yet, so the provider must not insist on an answer. */
function dockerAt(host: pulumi.Input<string>, sshOpts: pulumi.Input<string>[]): docker.ProviderArgs {
  return { host, sshOpts, disableDockerDaemonCheck: true };
}

function baseArgs({ base, recipe, builder, whenNotToBeHad }: BuiltImageArgs): Args<BaseImageInputs> {
  const found = findRecipe(recipe);
  const { host, connection } = builder;
  const skip = whenNotToBeHad === undefined ? {} : { whenNotToBeHad };
  const common = { host, connection, engine: "docker" as const, image: baseTag(base, found), ...skip };
  if (base.kind === "registry") {
    const pulled = { reference: base.reference, dockerfile: pulledBase(base.reference, found) };
    return { ...common, packages: [...(found.pulledPackages ?? found.packages)], pulled };
  }
  const mirror = base.mirror === undefined ? {} : { mirror: base.mirror };
  const wheels = found.wheels === undefined ? {} : { wheels: [...found.wheels] };
  return { ...common, suite: base.suite, recipe, ...mirror, packages: [...found.packages], ...wheels };
}
