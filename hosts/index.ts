export { keepingBegun } from "./begun.ts";
export { bytesText } from "./bytes-text.ts";
export { cacheDirectory } from "./cache-directory.ts";
export type { CommandLineFile } from "./command-line-files.ts";
export { type Connection, connectionSchema, type SshHop } from "./connection.ts";
export { counting, readCounted } from "./counted.ts";
export { armDeadMan, CONFIRM_SECONDS, confirmAnew, NOT_ARMED, type Verdict } from "./dead-man.ts";
export { distributionOf, distributions } from "./distribution.ts";
export { EDITOR_DIRECTORY } from "./editor/on-host.ts";
export { CommandError, ConnectionError, UserError } from "./errors.ts";
export { type Disturber, disturbers } from "./examine/background.ts";
export { examineHost, type HostExamination } from "./examine/index.ts";
export { fingerprintNames, gatherFacts } from "./facts/index.ts";
export { parseSections } from "./facts/parse.ts";
export { fileMayCutLink } from "./files/link.ts";
export { restoreFiles } from "./files/recover.ts";
export { expectGone, GONE_VARIABLE } from "./gone.ts";
export {
  compareInventories,
  describeDifference,
  type Inventory,
  loadInventory,
  takeInventory,
} from "./inventory/index.ts";
export { architectureName } from "./lab/architecture.ts";
export { restartMachine } from "./lab/restart.ts";
export { type LabMachineInputs, type LabMachineOutputs, labMachineInputs } from "./lab/schema.ts";
export { withLock } from "./lock.ts";
export { type OperationContext, PartialFailure, type ResourceHandler, type Stored } from "./operation.ts";
export { parseDpkgStatus } from "./packages/dpkg-status.ts";
export type { PackageManager } from "./packages/manager.ts";
export { installedPackages } from "./packages/query.ts";
export { restorePackages } from "./packages/restore.ts";
export { packageTable } from "./packages/table.ts";
export {
  type DistributionName,
  distributionName,
  type HostFacts,
  type HostOutputs,
  type PackagesOutputs,
  type PreflightVerdict,
} from "./schema.ts";
export { joinSh, quote, Shell, sh } from "./sh.ts";
export { type FirstCommand, waitForFirstCommand } from "./ssh/first-command.ts";
export { type Login, loginOf } from "./ssh/login.ts";
export { createSshPool, type SshPool } from "./ssh-pool.ts";
export { stepCommand, stepInput, stopSteps } from "./step.ts";
export { confirmStep, guardStep, type StepGuard, undoGuardedStep } from "./step-guard.ts";
export { explainSystemError } from "./system-error.ts";
export { takePlace } from "./take-place.ts";
export { DISK_FOLDER, loadFolder } from "./traces.ts";
export type { CommandResult, RemoteProcess, RunOptions, Transport, TransportStatistics } from "./transport.ts";
export { inTurn } from "./turns.ts";
export { unlessAborted } from "./unless-aborted.ts";
export { userName } from "./user-name.ts";
