import { sh, type Transport, UserError } from "../../hosts/index.ts";
import { defineBenchmark, type Measurement } from "../define.ts";
import type { Memory } from "../harness/memory.ts";
import { memoryConditions, toMeasurement as memoryMeasurement, memoryParameters, readMemory } from "../memory/index.ts";
import { bytes, count, seconds } from "../metric.ts";
import type { VariantInput } from "../schema.ts";
import { servedOrder } from "../served.ts";
import { countBytes, type ImageBytes, rememberedBytes } from "./bytes.ts";

const exact = { exact: true } as const;

/** The same server on several bases: what each costs on disk and on the wire, in memory, and at the start. One container is one sample. */
export const imageBase = defineBenchmark({
  name: "image-base",
  title: "The same server on other bases",
  parameters: memoryParameters,
  metrics: {
    start: seconds("lower", "start to first 200", { primary: true }),
    compressed: bytes("lower", "layers by gzip", exact),
    unpacked: bytes("lower", "files in all layers", exact),
    packages: count("lower", "packages in the image", exact),
    restPss: bytes("lower", "PSS at rest"),
    loadPss: bytes("lower", "PSS under load"),
    layers: count("lower", "layers", { ...exact, kind: "diagnostic" }),
    bracket: seconds("lower", "width of the polling bracket of the start", { kind: "diagnostic" }),
  },
  warmups: 1,
  async measure({ harness, transport, signal }, variant, given) {
    const found = await readMemory(harness, servedOrder(variant, given), given);
    if (found.outcome === "failed") return { ...found, stamps: {} };
    // After the container has gone: saving an image would disturb it.
    const image = await bytesOf(transport, variant, signal);
    return typeof image === "string" ? { outcome: "failed", cause: image, stamps: {} } : toMeasurement(found, image);
  },
});

type Name = "start" | "compressed" | "unpacked" | "restPss" | "loadPss" | "layers" | "packages" | "bracket";

/** Pure. Where PSS can't be read the other figures stand without it. */
export function toMeasurement(found: Extract<Memory, { outcome: "read" }>, image: ImageBytes): Measurement<Name> {
  const memory = memoryMeasurement(found);
  const measured = memory.outcome === "measured" ? memory : undefined;
  const { restPss, loadPss } = measured?.values ?? {};
  const { seconds: start, bracket } = found.start;
  return {
    outcome: "measured",
    values: {
      ...{ start, ...image },
      ...(bracket === undefined ? {} : { bracket }),
      ...(restPss === undefined ? {} : { restPss }),
      ...(loadPss === undefined ? {} : { loadPss }),
    },
    stamps: found.stamps,
    conditions: memoryConditions(found),
    series: measured?.series ?? {},
    identities: found.limits.identities,
  };
}

/** Counted on the controller, and once for all hosts, engines and sessions: the digest names the bytes. A text says why they can't be. */
async function bytesOf(
  transport: Transport,
  { engine, image = "", imageDigest = "" }: VariantInput,
  signal: AbortSignal,
): Promise<ImageBytes | string> {
  try {
    return await rememberedBytes(imageDigest, async () => {
      const saving = await transport.start(engine === "podman" ? sh`podman save ${image}` : sh`docker save ${image}`, { signal });
      try {
        return await countBytes(saving.stdout, imageDigest);
      } finally {
        await saving.kill();
      }
    });
  } catch (error) {
    if (signal.aborted || !(error instanceof RangeError || error instanceof UserError)) throw error;
    return `${image}: its bytes can't be counted: ${error.message}`;
  }
}
