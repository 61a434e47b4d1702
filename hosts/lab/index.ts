export { diskCacheDirectory } from "./arrangement.ts";
export { FIRMWARE } from "./firmware.ts";
export {
  labConnection,
  listMachines,
  removeMachine,
} from "./machines.ts";
