import type { HeldImage, ImageStore } from "./engines.ts";
import type { EngineName } from "./schema.ts";

/** How an image gets into an engine. */
export type Route =
  /** It is there. */
  | { readonly kind: "present"; readonly image: HeldImage }
  /** The host's other engine has it: nothing crosses the network. */
  | { readonly kind: "neighbour"; readonly engine: EngineName; readonly image: HeldImage }
  /** From the controller's archive. */
  | { readonly kind: "archive" };

/**
 * The cheapest route. `local` and `neighbour` are what the host's engines said about this image; the neighbour's answer is
 * used only when its ids are config digests, because only those prove that it is the same image.
 */
export function chooseRoute(
  configDigest: string,
  local: ImageStore,
  neighbour: { readonly engine: EngineName; readonly store: ImageStore } | undefined,
): Route {
  const here = held(local, configDigest);
  if (here !== undefined) return { kind: "present", image: here };
  const there = neighbour === undefined ? undefined : held(neighbour.store, configDigest);
  if (neighbour !== undefined && there !== undefined) return { kind: "neighbour", engine: neighbour.engine, image: there };
  return { kind: "archive" };
}

function held(store: ImageStore, configDigest: string): HeldImage | undefined {
  return store.idIsConfigDigest ? store.images.find((image) => image.id === configDigest) : undefined;
}

/** Other engines that a host of this project may have. */
export function neighbourOf(engine: EngineName): EngineName {
  return engine === "docker" ? "podman" : "docker";
}
