import { z } from "zod";
import { Archive, Asset, type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../../../provider/server/index.ts";
import { isMap } from "../properties.ts";

const logging = z.enum(["stdout", "stderr", "stdoutAndStderr", "none"]);
export type Logging = z.infer<typeof logging>;

const lifecycle = {
  create: z.string().optional(),
  update: z.string().optional(),
  delete: z.string().optional(),
  triggers: z.array(z.any()).optional(),
};

const run = {
  stdin: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  logging: logging.optional(),
  addPreviousOutputInEnv: z.boolean().optional(),
};

const localRun = {
  ...run,
  dir: z.string().optional(),
  interpreter: z.array(z.string()).optional(),
  assetPaths: z.array(z.string()).optional(),
  archivePaths: z.array(z.string()).optional(),
};

export const localCommandInputs = z.strictObject({ ...lifecycle, ...localRun });
export const localRunArguments = z.strictObject({ command: z.string(), ...localRun });
export type LocalRun = Omit<z.infer<typeof localRunArguments>, "command">;

const connectionFields = {
  host: z.string(),
  user: z.string().optional(),
  port: z.number().optional(),
  password: z.string().optional(),
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  agentSocketPath: z.string().optional(),
  hostKey: z.string().optional(),
  dialErrorLimit: z.int().optional(),
  perDialTimeout: z.int().optional(),
};

const hop = z.strictObject(connectionFields);
const connection = z.strictObject({ ...connectionFields, proxy: hop.optional() });
export type Hop = z.infer<typeof hop>;
export type Connection = z.infer<typeof connection>;

export const remoteCommandInputs = z.strictObject({ connection, ...lifecycle, ...run });
export type RemoteCommandInputs = z.infer<typeof remoteCommandInputs>;

export const copyToRemoteInputs = z.strictObject({
  connection,
  source: z.union([z.instanceof(Asset), z.instanceof(Archive)], "expected an asset or an archive"),
  remotePath: z.string(),
  triggers: z.array(z.any()).optional(),
});
export type CopyToRemoteInputs = z.infer<typeof copyToRemoteInputs>;

/** Seconds for `perDialTimeout`; the same values as the SDK's. */
export const connectionDefaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 } as const;

/** Inputs with the connection's defaults filled in and the whole connection marked secret. */
export function withConnectionDefaults(inputs: PropertyMap): PropertyMap {
  const given = inputs.connection;
  if (given === undefined) return inputs;
  return { ...inputs, connection: new Secret(filled(given instanceof Secret ? given.value : given)) };
}

function filled(given: PropertyValue): PropertyValue {
  if (given === UNKNOWN || !isMap(given)) return given;
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const { proxy } = present;
  return { ...connectionDefaults, ...present, ...(proxy === undefined ? {} : { proxy: filled(proxy) }) };
}
