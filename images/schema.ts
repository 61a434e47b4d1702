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
  /** Whether the image was on the host before us (then delete leaves it). */
  readonly wasPresent: boolean;
}
