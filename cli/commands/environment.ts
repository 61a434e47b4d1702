import { quote } from "../../hosts/index.ts";
import { type Context, print, say } from "../context.ts";
import { openPulumi } from "../pulumi.ts";

/** `distrobench env`: shell lines that let plain `pulumi` work in this project as the launcher would run it. */
export async function environment(context: Context): Promise<void> {
  const { variables } = await openPulumi(context, (line) => say(context, line));
  print(context, exportLines(variables));
}

/** For `eval` in a POSIX shell. */
export function exportLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join("\n");
}
