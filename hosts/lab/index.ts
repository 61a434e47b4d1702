export { diskCacheDirectory } from "./arrangement.ts";
export {
  type LabConnection,
  type ListedMachine,
  labConnection,
  listMachines,
  removeMachine,
  stopMachine,
} from "./machines.ts";
export { type LabPrerequisite, labPrerequisites } from "./prerequisites.ts";
