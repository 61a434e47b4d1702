import { type Call, PluginError, type PluginImplementation } from "../../provider/server/index.ts";

/** One resource type of a stand-in plugin: the part of `PluginImplementation` that is about a single type. */
export type ResourceType = Pick<PluginImplementation, "check" | "diff" | "create" | "update"> &
  Required<Pick<PluginImplementation, "delete" | "read">>;

export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/** The methods of a plugin by dispatch on the type token. */
export function dispatch(
  plugin: string,
  types: ResourceTypes,
): Pick<PluginImplementation, "check" | "diff" | "create" | "update" | "read" | "delete"> {
  const typeOf = (call: Call): ResourceType => {
    const found = types[call.type];
    if (found !== undefined) return found;
    throw new PluginError(
      "unimplemented",
      `${call.type} is not in the stand-in for the ${plugin} plugin (it has ${Object.keys(types).join(", ")}): ` +
        "install the official plugin on a machine that can download it",
    );
  };
  return {
    check: async (call, olds, news) => await typeOf(call).check(call, olds, news),
    diff: async (call, stored, news) => await typeOf(call).diff(call, stored, news),
    create: async (call, inputs, preview) => await typeOf(call).create(call, inputs, preview),
    update: async (call, stored, news, preview) => await typeOf(call).update(call, stored, news, preview),
    read: async (call, stored) => await typeOf(call).read(call, stored),
    delete: async (call, stored) => await typeOf(call).delete(call, stored),
  };
}
