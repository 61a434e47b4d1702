import { createHash } from "node:crypto";
import { SOURCE_DATE_EPOCH } from "./base.ts";
import { parseDockerfile } from "./dockerfile.ts";
import { type Recipe, recipeFiles } from "./recipes.ts";
import { END, encodeHeader, padding, type TarEntry } from "./tar/entry.ts";

/** A layer by the sha256 of its tar archive, uncompressed. */
export interface Layer {
  readonly digest: string;
  /** Bytes of the archive. */
  readonly size: number;
  /** For people, in the image's history. */
  readonly createdBy: string;
  readonly content: () => AsyncIterable<Buffer> | Iterable<Buffer>;
}

/** An image put together without a builder: equal layers and an equal recipe give an equal digest, on every machine and at any time. */
export interface AssembledImage {
  /** sha256 of the configuration, which is the image's id in Docker and Podman. */
  readonly configDigest: string;
  readonly config: string;
  readonly layers: readonly Layer[];
}

/** What every file, layer and image of ours is dated. */
const NOBODY = { uid: 0, gid: 0, mtime: SOURCE_DATE_EPOCH, link: "", device: [0, 0] as const, attributes: {} };
const CREATED = new Date(SOURCE_DATE_EPOCH * 1000).toISOString().replace(".000Z", "Z");

/** A layer with nothing in it. */
export const emptyLayer: Layer = layerOf(END, "nothing");

/** The image of a recipe on a base; `architecture` in Go's words, such as `amd64`. */
export function assemble(base: Layer, recipe: Recipe, architecture: string): AssembledImage {
  const files = recipeFiles(recipe);
  const { copies, config } = parseDockerfile(files.get("Dockerfile") ?? "");
  return imageOf([base, ...copies.map((copy) => copied(files, copy))], architecture, config);
}

/** An image of layers. `config` says how its containers start. */
export function imageOf(layers: readonly Layer[], architecture: string, config: object = {}): AssembledImage {
  const text = JSON.stringify({
    ...{ architecture, os: "linux", created: CREATED, config },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(({ createdBy }) => ({ created: CREATED, created_by: createdBy })),
  });
  return { configDigest: sha256(text), config: text, layers };
}

/** The image in the form that `docker load` and `podman load` read. Its name is no part of what its digest stands for. */
export async function* imageArchive(image: AssembledImage, tag: string): AsyncGenerator<Buffer> {
  const { config, configDigest, layers } = image;
  const name = (digest: string) => digest.replace("sha256:", "");
  const configuration = `${name(configDigest)}.json`;
  const manifest = [{ Config: configuration, RepoTags: [tag], Layers: layers.map(({ digest }) => `${name(digest)}.tar`) }];
  yield* file(configuration, Buffer.from(config));
  for (const { digest, size, content } of layers) {
    yield header(`${name(digest)}.tar`, size);
    yield* content();
    yield padding(size);
  }
  yield* file("manifest.json", Buffer.from(JSON.stringify(manifest)));
  yield END;
}

/** What `COPY from to` adds: with the folders on the way, which an engine would otherwise make as it likes. */
function copied(files: ReadonlyMap<string, string>, { from, to }: { readonly from: string; readonly to: string }): Layer {
  const found = [...files].filter(([path]) => path === from || path.startsWith(`${from}/`));
  if (found.length === 0) throw new SyntaxError(`the recipe has no file ${from}`);
  const placed = found.map(([path, text]) => [`${to}${path.slice(from.length)}`, Buffer.from(text)] as const);
  const folders = new Set(placed.flatMap(([path]) => foldersOf(path)));
  const entries = [
    ...[...folders].map((path) => [path, encodeHeader({ ...NOBODY, path, kind: "directory", mode: 0o755, size: 0 })] as const),
    ...placed.map(([path, content]) => [path, Buffer.concat([...file(path, content)])] as const),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  return layerOf(Buffer.concat([...entries.map(([, bytes]) => bytes), END]), `COPY ${from} /${to}`);
}

/** `a/b/c` lies in `a` and `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

function layerOf(archive: Buffer, createdBy: string): Layer {
  return { digest: sha256(archive), size: archive.length, createdBy, content: () => [archive] };
}

function header(path: string, size: number): Buffer {
  return encodeHeader({ ...NOBODY, path, kind: "file", mode: 0o644, size } satisfies TarEntry);
}

function* file(path: string, content: Buffer): Generator<Buffer> {
  yield header(path, content.length);
  yield content;
  yield padding(content.length);
}

function sha256(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
