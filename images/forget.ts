import { expectGone, type OperationContext } from "../hosts/index.ts";
import { placeOf } from "./delivery.ts";
import { remove } from "./engine-store.ts";
import type { DeliveredImageInputs } from "./schema.ts";

type Kept = Pick<DeliveredImageInputs, "host" | "engine" | "image" | "connection">;

/** Removes an image from an engine. Says so where it stays because it is used, or where its host is gone for good. */
export async function forget(context: OperationContext, { host, engine, image, connection }: Kept): Promise<void> {
  try {
    if ((await remove(await placeOf(context, { connection, engine }), image)) === "in-use")
      context.warn(`${host}: ${image} stays in ${engine}: a container or another image uses it`);
  } catch (error) {
    context.warn(`${expectGone(error, connection, context.stack).message}: ${image} is given up`);
  }
}
