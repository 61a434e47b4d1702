import { z } from "zod";
import type { LoadOrder } from "./harness/load/generate.ts";
import { containerLimits } from "./limits.ts";
import type { VariantInput } from "./schema.ts";

/** One flower for the model server's `POST /predict`. */
const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

/** Parameters of every test that starts an image with a server in it and waits for its first answer. */
export const servedImage = {
  /** Port of the server inside the container. */
  port: z.int().min(1).max(65535).default(5000),
  healthPath: z.string().startsWith("/").default("/health"),
  /** `announced` for images that print `READY <CLOCK_MONOTONIC ns>` right after listen(), `polled` for all others. */
  readiness: z.enum(["announced", "polled"]).default("announced"),
  /** Seconds until a start counts as failed. */
  timeoutSeconds: z.number().positive().max(3600).default(120),
  limits: containerLimits.default({}),
};

/** Parameters of the request that a test sends again and again. */
export const sentRequest = {
  method: z.enum(["GET", "POST"]).default("POST"),
  path: z.string().startsWith("/").default("/predict"),
  /** Sent as JSON with every POST. */
  body: z.record(z.string(), z.unknown()).default(FLOWER),
};

type Served = z.output<z.ZodObject<typeof servedImage>>;
type Sent = z.output<z.ZodObject<typeof sentRequest>>;

/** How the harness is told to start a variant's image. A text says what the variant lacks. */
export function servedOrder(variant: VariantInput, given: Served) {
  const { engine: starter, image, slice, id } = variant;
  if (starter === undefined || image === undefined) return `${id} names no engine or no image`;
  const { port: containerPort, healthPath, readiness, timeoutSeconds, limits } = given;
  return { starter, image, slice, arguments: [], containerPort, healthPath, readiness, timeoutSeconds, limits };
}

/** The request as the load generator takes it. */
export function requestOf({ method, path, body }: Sent): Pick<LoadOrder, "method" | "path" | "body"> {
  return { method, path, ...(method === "POST" ? { body: JSON.stringify(body) } : {}) };
}

/** The harness removes a container within the same request; on a busy emulated host that takes this many seconds at most. */
export const REMOVAL_SECONDS = 120;
