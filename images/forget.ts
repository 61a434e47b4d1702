import { expectGone, type OperationContext } from "../hosts/index.ts";
import { placeOf } from "./delivery.ts";
import { remove, removeUnnamed } from "./engine-store.ts";
import type { DeliveredImageInputs } from "./schema.ts";

type Kept = Pick<DeliveredImageInputs, "host" | "engine" | "image" | "connection">;

/**
 * Removes an image from an engine, and of `ids` those that never got a name because their load was cut. Says so where it stays because it is
 * used, or where its host is gone for good.
 */
export async function forget(
  context: OperationContext,
  { host, engine, image, connection }: Kept,
  ids: readonly string[] = [],
): Promise<void> {
  try {
    const place = await placeOf(context, { connection, engine });
    if ((await remove(place, image)) === "in-use")
      context.warn(`${host}: ${image} stays in ${engine}: a container or another image uses it`);
    if (ids.length > 0) await removeUnnamed(place, ids);
  } catch (error) {
    context.warn(`${expectGone(error, connection, context.stack).message}: ${image} is given up`);
  }
}
