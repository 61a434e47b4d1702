import type { Handshake, PluginImplementation } from "./server/index.ts";

/**
 * A plugin that is loaded by the first call about a resource. The engine starts one process more than it works with, only to ask it whether
 * the configuration is right.
 */
export function later(
  about: { readonly name: string; readonly version: string },
  load: () => Promise<PluginImplementation>,
): PluginImplementation {
  let shaken: Handshake | undefined;
  let loading: Promise<PluginImplementation> | undefined;
  const loaded = () => {
    loading ??= load().then((plugin) => {
      if (shaken !== undefined) plugin.handshake?.(shaken);
      return plugin;
    });
    return loading;
  };
  return {
    ...about,
    handshake: (handshake) => {
      shaken = handshake;
    },
    check: async (...words) => (await loaded()).check(...words),
    diff: async (...words) => (await loaded()).diff(...words),
    create: async (...words) => (await loaded()).create(...words),
    update: async (...words) => (await loaded()).update(...words),
    read: async (call, stored) => (await (await loaded()).read?.(call, stored)) ?? stored,
    delete: async (...words) => (await loaded()).delete?.(...words),
    cancel: async () => await (await loading?.catch(() => undefined))?.cancel?.(),
  };
}
