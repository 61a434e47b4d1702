/** What goes before a command that must think it is root: nothing for root, else a user namespace with many ids of mmdebstrap's. */
export function rootCommand(isRoot = process.getuid?.() === 0): readonly string[] {
  return isRoot ? [] : ["mmdebstrap", "--unshare-helper"];
}
