export { cacheDirectory } from "./cache-directory.ts";
export { type Connection, connectionSchema, type SshHop } from "./connection.ts";
export { CommandError, type CommandFailure, ConnectionError, type ConnectionFailure, UserError } from "./errors.ts";
export { fingerprintNames, gatherFacts } from "./facts/index.ts";
export { type LabMachineInputs, type LabMachineOutputs, labMachineInputs } from "./lab/schema.ts";
export { withLock } from "./lock.ts";
export { type OperationContext, PartialFailure, type ResourceHandler, type Stored } from "./operation.ts";
export { type AbstractPackage, packageNames, packageTable } from "./packages/table.ts";
export {
  type DistributionName,
  distributionName,
  type HostFacts,
  type HostInputs,
  type HostOutputs,
  hostInputs,
  type PackagesInputs,
  type PackagesOutputs,
  type PreflightVerdict,
  packagesInputs,
} from "./schema.ts";
export { joinSh, quote, Shell, sh } from "./sh.ts";
export { createSshPool, type SshPool, type SshPoolOptions } from "./ssh-pool.ts";
export type { CommandResult, FileTarget, RemoteProcess, RunOptions, Transport, TransportStatistics } from "./transport.ts";
export { inTurn } from "./turns.ts";
export { unlessAborted } from "./unless-aborted.ts";
