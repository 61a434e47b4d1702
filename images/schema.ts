import { z } from "zod";
import { connectionSchema } from "../hosts/index.ts";

export const engineName = z.enum(["docker", "podman"]);
export type EngineName = z.output<typeof engineName>;

/** The same image, by config digest, in one engine of one host. */
export const deliveredImageInputs = z.strictObject({
  host: z.string(),
  connection: connectionSchema,
  engine: engineName,
  /** Tag given on the host, such as `distrobench/model-server:quickstart`. */
  image: z.string(),
  /** Where the image was built. */
  builder: z.strictObject({ host: z.string(), connection: connectionSchema, engine: engineName }),
  /** The builder's image reference (`docker.Image` repoDigest with skipPush: the local image id). Changes when it was rebuilt. */
  source: z.string(),
});
export type DeliveredImageInputs = z.output<typeof deliveredImageInputs>;

export interface DeliveredImageOutputs extends DeliveredImageInputs {
  /** sha256 of the image's configuration: equal on every host and engine, or the create fails. */
  readonly configDigest: string;
  /** Unpacked bytes of all layers. */
  readonly unpackedBytes: number;
  /** Bytes that travelled to this host in the last create or update; 0 when it was already there. */
  readonly bytesSent: number;
  /** Whether the image was on the host before us (then delete leaves it). The builder's own image is ours: delete removes it. */
  readonly wasPresent: boolean;
  /** The engine's own id of it: the config digest, or a manifest digest where Docker uses the containerd store. */
  readonly localId: string;
}

/**
 * What a recipe stands on, in the builder's engine: a root file system made on the controller, with the recipe's files in it already, or a
 * pulled image with the recipe's packages.
 */
export const baseImageInputs = z.strictObject({
  host: z.string(),
  connection: connectionSchema,
  engine: engineName,
  /** Its tag, which names its content, such as `distrobench/base:trixie-0123456789ab`. */
  image: z.string(),
  /** Suite for mmdebstrap, such as `trixie`; absent for a pulled image. */
  suite: z.string().optional(),
  /** Whose files and Dockerfile it gets; absent for a pulled image. */
  recipe: z.string().optional(),
  /** Absent means the mirrors that mmdebstrap chooses. Not part of what the base is, so a change does nothing. */
  mirror: z.string().optional(),
  packages: z.array(z.string()),
  /** Lines of a pip requirements file with hashes. */
  wheels: z.array(z.string()).optional(),
  /** The image to pull, and the Dockerfile that stands on it. */
  pulled: z.strictObject({ reference: z.string(), dockerfile: z.string() }).optional(),
  /** A base that can't be had is then an empty image with a reason, and no failure. */
  whenNotToBeHad: z.literal("skip").optional(),
});
export type BaseImageInputs = z.output<typeof baseImageInputs>;

export interface BaseImageOutputs extends BaseImageInputs {
  readonly localId: string;
  /** sha256 of the root file system's layer: equal on every machine while the packages are. Empty for a pulled base. */
  readonly archiveDigest: string;
  /** Exact version of every package in that layer. Empty for a pulled base. */
  readonly versions: Readonly<Record<string, string>>;
  readonly bytesSent: number;
  /** Why the base could not be had: an empty image has its name. Empty otherwise: an output that is not there counts as unknown in a preview. */
  readonly unavailable: string;
  /** Whether the pulled image was not on the builder before: then delete removes it. */
  readonly broughtReference?: boolean;
}
