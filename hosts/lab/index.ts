export { diskCacheDirectory } from "./arrangement.ts";
export {
  labConnection,
  listMachines,
  removeMachine,
} from "./machines.ts";
