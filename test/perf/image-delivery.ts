import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { type Connection, type OperationContext, sh } from "../../hosts/index.ts";
import { cachedArchive } from "../../images/archive.ts";
import { deliveredImageHandler } from "../../images/handler.ts";

export interface ImageDeliveryContext {
  /** As the provider hands it to a handler. */
  readonly operation: OperationContext;
  readonly builder: { readonly host: string; readonly connection: Connection };
  /** Another machine with Docker; images with the digest of `source` are removed from it, from Podman too: it would hand its own over. */
  readonly target: { readonly host: string; readonly connection: Connection };
  /** The builder's image id, in Docker. */
  readonly source: string;
  /** `ssh` with everything needed to log in on a host, for the peer: `["ssh", "-F", file, "debian-13"]`. */
  readonly ssh: { readonly builder: readonly [string, ...string[]]; readonly target: readonly [string, ...string[]] };
}

export interface ImageDeliveryFigures {
  /** Unpacked bytes of the image, and those that travelled. */
  readonly unpackedBytes: number;
  readonly bytesSent: number;
  /** Seconds of a first delivery: save on the builder, transfer, load on the target, proof. */
  readonly firstSeconds: number;
  /** Seconds of a delivery to a further host: the archive is there. */
  readonly nextSeconds: number;
  /** Seconds of `docker save | gzip -1 | ssh host docker load` of the same image between the same machines. */
  readonly peerSeconds: number;
  /** peerSeconds / firstSeconds; the aim is 1.0 or more. */
  readonly speedRatio: number;
}

const TAG = "distrobench/perf-image-delivery:1";

/** Delivers one image twice by distrobench and once by the pipeline that everybody knows. Leaves neither behind: the next `up` brings the stack's own back. */
export async function measure(context: ImageDeliveryContext): Promise<ImageDeliveryFigures> {
  const archive = await cachedArchive(context.source);
  if (archive !== undefined) await rm(dirname(archive.path), { recursive: true });
  await forget(context);
  const first = await timed(() => deliver(context));
  await forget(context);
  const next = await timed(() => deliver(context));
  await forget(context);
  const peer = await timed(() => pipeLikeEverybody(context));
  await forget(context);
  const { unpackedBytes, bytesSent } = first.result;
  return {
    unpackedBytes,
    bytesSent,
    firstSeconds: first.seconds,
    nextSeconds: next.seconds,
    peerSeconds: peer.seconds,
    speedRatio: peer.seconds / first.seconds,
  };
}

async function deliver({ operation, builder, target, source }: ImageDeliveryContext) {
  const wanted = { ...target, engine: "docker" as const, image: TAG, builder: { ...builder, engine: "docker" as const }, source };
  return (await deliveredImageHandler.create(operation, wanted)).outputs;
}

async function forget({ operation, target, source }: ImageDeliveryContext): Promise<void> {
  const transport = await operation.transport(target.connection);
  await transport.run(sh`docker image rm ${[TAG, source]}; podman image rm ${source}`, { accept: "any" });
}

async function pipeLikeEverybody({ ssh, source }: ImageDeliveryContext): Promise<void> {
  const save = spawn(ssh.builder[0], [...ssh.builder.slice(1), `docker save ${source} | gzip -1`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const load = spawn(ssh.target[0], [...ssh.target.slice(1), "docker load"], { stdio: [save.stdout, "ignore", "inherit"] });
  const [[saved], [loaded]] = await Promise.all([once(save, "exit"), once(load, "exit")]);
  if (saved !== 0 || loaded !== 0) throw new Error(`the peer pipeline failed: save ${saved}, load ${loaded}`);
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result; readonly seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}
