export { diskCacheDirectory } from "./arrangement.ts";
export { labTools, type WantedMachine } from "./disk/builder.ts";
export { mountsBelow } from "./disk/remove-tree.ts";
export { FIRMWARE } from "./firmware.ts";
export {
  labConnection,
  listMachines,
  removeMachine,
} from "./machines.ts";
