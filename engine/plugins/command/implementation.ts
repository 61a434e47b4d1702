import { Archive, Asset, PluginError, type PluginImplementation, type PropertyMap } from "../../../provider/server/index.ts";
import { checkProperties } from "../check.ts";
import { diffInputs } from "../diff.ts";
import { revealMap } from "../properties.ts";
import { dispatch, type ResourceType } from "../resource-type.ts";
import { commandResource, randomHex } from "./commands.ts";
import { copyToRemote } from "./copy-to-remote.ts";
import { runLocally } from "./local-run.ts";
import { previousOutput } from "./output.ts";
import { closeIdleConnections, runRemotely } from "./remote-run.ts";
import {
  copyToRemoteInputs,
  localCommandInputs,
  localRunArguments,
  remoteCommandInputs,
  withConnectionDefaults,
} from "./schema.ts";

const localCommand = commandResource(
  localCommandInputs,
  (inputs) => inputs,
  async (call, command, inputs, previous) => {
    const handed = previousOutput(previous, inputs.addPreviousOutputInEnv);
    const { files, ...printed } = await runLocally(command, inputs, handed, call);
    return { ...printed, ...files };
  },
);

const remoteCommand = commandResource(remoteCommandInputs, withConnectionDefaults, async (call, command, inputs, previous) => {
  return { ...(await runRemotely(call, command, inputs, previous)) };
});

const copy: ResourceType = {
  check: async (_call, _olds, news) => ({
    inputs: withConnectionDefaults(news),
    failures: checkProperties(copyToRemoteInputs, news),
  }),
  diff: async (_call, stored, news) => diffInputs(stored.inputs, news, ["triggers"]),
  create: async (call, inputs, preview) => {
    if (!preview) await copyToRemote(call, copyToRemoteInputs.parse(revealMap(inputs)));
    return { id: preview ? "" : randomHex(), outputs: inputs };
  },
  update: async (call, stored, news, preview) => {
    if (!preview && copiesAgain(stored.outputs, news)) await copyToRemote(call, copyToRemoteInputs.parse(revealMap(news)));
    return { outputs: news };
  },
  read: async (_call, stored) => stored,
  // The remote file stays, as with the official plugin.
  delete: async () => undefined,
};

/** A changed connection alone copies nothing. */
function copiesAgain(stored: PropertyMap, news: PropertyMap): boolean {
  const old = revealMap(stored);
  const now = revealMap(news);
  return old.remotePath !== now.remotePath || hashOf(old) !== hashOf(now);
}

function hashOf({ source }: PropertyMap): string | undefined {
  return source instanceof Asset || source instanceof Archive ? source.hash : undefined;
}

/** Stand-in for the official `command` plugin. */
export const commandPlugin: PluginImplementation = {
  name: "command",
  version: "1.2.1",
  ...dispatch("command", {
    "command:local:Command": localCommand,
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copy,
  }),
  cancel: async () => closeIdleConnections(),
  invoke: async (token, args) => {
    if (token !== "command:local:run")
      throw new PluginError("unimplemented", `the stand-in for the command plugin has no function ${token}`);
    const failures = checkProperties(localRunArguments, args);
    if (failures.length > 0) return { result: {}, failures };
    const { command, ...options } = localRunArguments.parse(revealMap(args));
    const { files, ...printed } = await runLocally(command, options, {}, undefined);
    return { result: { ...args, ...printed, ...files }, failures: [] };
  },
};
