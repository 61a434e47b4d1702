import { PluginError, type PluginImplementation } from "../../../provider/server/index.ts";
import { checkProperties } from "../check.ts";
import { hasUnknown, revealMap } from "../properties.ts";
import { dispatch } from "../resource-type.ts";
import { Daemon } from "./daemon.ts";
import { agentFor, isSsh } from "./endpoint.ts";
import { imageType } from "./image.ts";
import { type Access, remoteImageType } from "./remote-image.ts";
import { providerArguments } from "./schema.ts";

/** Stand-in for the official `docker` plugin. */
export function dockerPlugin(): PluginImplementation {
  let configured: Access | undefined;
  const access = (): Access => {
    if (configured === undefined) throw new PluginError("failed-precondition", "the docker provider is not configured");
    return configured;
  };
  return {
    name: "docker",
    version: "5.2.0",
    ...dispatch("docker", {
      "docker:index/image:Image": imageType(() => access().daemon),
      "docker:index/remoteImage:RemoteImage": remoteImageType(access),
    }),
    checkConfig: async (news) => ({
      inputs: news,
      failures: hasUnknown(news) ? [] : checkProperties(providerArguments, news),
    }),
    configure: async (args) => {
      const settings = providerArguments.parse(revealMap(args));
      const daemon = new Daemon(agentFor(settings), settings.host);
      configured = { daemon, registries: settings.registryAuth };
      if (!isSsh(settings.host) && !settings.disableDockerDaemonCheck) await daemon.ping();
    },
    cancel: async () => undefined,
  };
}
