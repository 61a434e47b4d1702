export { endWithEngine } from "./end-with-engine.ts";
export { createServer, listen } from "./grpc-server.ts";
export { servePlugin } from "./serve.ts";
export {
  Archive,
  Asset,
  type Call,
  type CheckFailure,
  type DiffKind,
  type DiffResult,
  type FailureCode,
  type Handshake,
  InitFailure,
  PluginError,
  type PluginImplementation,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
} from "./types.ts";
