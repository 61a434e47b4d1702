import { z } from "zod";

const builderVersion = z.enum(["BuilderV1", "BuilderBuildKit"]);

const build = z.strictObject({
  context: z.string().optional(),
  dockerfile: z.string().optional(),
  args: z.record(z.string(), z.string()).optional(),
  target: z.string().optional(),
  platform: z.string().optional(),
  cacheFrom: z.strictObject({ images: z.array(z.string()).optional() }).optional(),
  builderVersion: builderVersion.optional(),
  network: z.string().optional(),
  addHosts: z.array(z.string()).optional(),
  contextDigest: z.string().optional(),
});

const registry = z.strictObject({
  server: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
});
export type Registry = z.infer<typeof registry>;

export const imageInputs = z.strictObject({
  imageName: z.string(),
  build: build.optional(),
  registry: registry.optional(),
  skipPush: z.boolean().optional(),
  buildOnPreview: z.boolean().optional(),
});
export type ImageInputs = z.infer<typeof imageInputs>;

export const remoteImageInputs = z.strictObject({
  name: z.string(),
  platform: z.string().optional(),
  pullTriggers: z.array(z.string()).optional(),
  triggers: z.record(z.string(), z.any()).optional(),
  keepLocally: z.boolean().optional(),
  forceRemove: z.boolean().optional(),
  build: z
    .strictObject({
      context: z.string(),
      dockerfile: z.string().optional(),
      tags: z.array(z.string()).optional(),
      buildArgs: z.record(z.string(), z.string()).optional(),
      target: z.string().optional(),
      platform: z.string().optional(),
      noCache: z.boolean().optional(),
      networkMode: z.string().optional(),
      extraHosts: z.array(z.string()).optional(),
      cacheFroms: z.array(z.string()).optional(),
    })
    .optional(),
});
export type RemoteImageInputs = z.infer<typeof remoteImageInputs>;

const registryAuth = z.strictObject({
  address: z.string(),
  username: z.string().optional(),
  password: z.string().optional(),
  authDisabled: z.boolean().optional(),
});
export type RegistryAuth = z.infer<typeof registryAuth>;

/** The SDK sends every provider argument that is not a string as JSON text. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => (typeof value === "string" ? JSON.parse(value) : value), schema);
}

export const providerArguments = z.strictObject({
  host: z.string().default(() => process.env.DOCKER_HOST || "unix:///var/run/docker.sock"),
  sshOpts: json(z.array(z.string())).default([]),
  registryAuth: json(z.array(registryAuth)).default([]),
  disableDockerDaemonCheck: json(z.boolean()).default(false),
  certMaterial: z.string().optional(),
  keyMaterial: z.string().optional(),
  caMaterial: z.string().optional(),
  certPath: z.string().optional(),
  version: z.string().optional(),
});
export type ProviderArguments = z.infer<typeof providerArguments>;
