import { dirname } from "node:path";

/** Everything of a session on a host is below this folder, so one removal clears what a killed session left. */
export const HOST_DIRECTORY = "/run/distrobench";

/** `/run/distrobench/<session>` where the controller put this program; none where a test runs it. */
export function homeOnHost(): string | undefined {
  const directory = dirname(process.argv[1] ?? "");
  return directory.startsWith(`${HOST_DIRECTORY}/`) ? directory : undefined;
}
