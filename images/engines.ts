import { z } from "zod";
import { type Shell, sh } from "../hosts/index.ts";
import type { EngineName } from "./schema.ts";

/** How an engine is told what we need of it. A new engine is a new row. */
export interface EngineCommands {
  /** Prints a JSON list of those of the references that it holds. */
  inspect(references: readonly string[]): Shell;
  /** Prints one line about the image store. */
  readonly store: Shell;
  /** Writes a docker archive to standard output. */
  save(reference: string): Shell;
  /** Reads a docker archive, plain or compressed, from standard input, and has it on disk: a half-written image survives no power cut. `temporary` is a directory that the caller removes. */
  load(temporary: string): Shell;
  /** Builds a Dockerfile on standard input that copies nothing, and names the image. */
  buildAlone(tag: string): Shell;
  /** Asks a registry for an image without pulling it; exit code 0 when it has it. */
  askRegistry(reference: string): Shell;
  tag(id: string, tag: string): Shell;
  /** Removes a tag, and the image with its last tag. Fails when a container uses it. */
  remove(reference: string): Shell;
  /** Prints the directory that holds the images. */
  directory: Shell;
  /** What its refusals look like. */
  readonly silent: RegExp;
  readonly inUse: RegExp;
  readonly absent: RegExp;
  /** For messages: how it is looked at and started. */
  readonly remedy: string;
}

/** Holes of a `Shell` cannot carry Go templates unquoted, so they stand here as words. */
const DRIVER_STATUS = "{{.DriverStatus}}";
const DOCKER_ROOT = "{{.DockerRootDir}}";
const PODMAN_ROOT = "{{.Store.GraphRoot}}";

export const engines = {
  docker: {
    inspect: (references) => sh`docker image inspect ${references}`,
    store: sh`docker info --format ${DRIVER_STATUS}`,
    save: (reference) => sh`docker save ${reference}`,
    load: () => sh`docker load && sync`,
    // The classic builder, as for the recipe on top: it needs no buildx.
    buildAlone: (tag) => sh`DOCKER_BUILDKIT=0 docker build --quiet --tag ${tag} -`,
    askRegistry: (reference) => sh`docker manifest inspect ${reference} >/dev/null`,
    tag: (id, tag) => sh`docker tag ${id} ${tag}`,
    remove: (reference) => sh`docker image rm ${reference}`,
    directory: sh`docker info --format ${DOCKER_ROOT}`,
    silent: /cannot connect to the docker daemon|docker: (command )?not found|error during connect/i,
    inUse: /being used by|is using|image is referenced in multiple/i,
    absent: /no such image/i,
    remedy: "look at `systemctl status docker` (or `rc-service docker status`) there, start it, and run this again",
  },
  podman: {
    inspect: (references) => sh`podman image inspect ${references}`,
    store: sh`podman --version`,
    save: (reference) => sh`podman save ${reference}`,
    load: (temporary) => sh`mkdir -p ${temporary} && TMPDIR=${temporary} podman load && sync`,
    buildAlone: (tag) => sh`podman build --quiet --tag ${tag} -`,
    askRegistry: (reference) => sh`podman manifest inspect ${reference} >/dev/null`,
    tag: (id, tag) => sh`podman tag ${id} ${tag}`,
    remove: (reference) => sh`podman image rm ${reference}`,
    directory: sh`podman info --format ${PODMAN_ROOT}`,
    silent: /podman: (command )?not found|cannot connect to podman/i,
    inUse: /in use by|image used by/i,
    absent: /image not known|no such image|does not exist/i,
    remedy: "try `podman info` there and repair what it reports",
  },
} satisfies Record<EngineName, EngineCommands>;

const inspectSchema = z.array(
  z.object({
    Id: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Size: z.number(),
    Architecture: z.string().optional(),
  }),
);

export interface HeldImage {
  /** The engine's own id, always with `sha256:`. */
  readonly id: string;
  readonly tags: readonly string[];
  /** Unpacked bytes of all layers. */
  readonly bytes: number;
  /** In Go's words, such as `amd64`. */
  readonly architecture?: string | undefined;
}

export interface ImageStore {
  /** Docker's containerd store: its ids are manifest digests, so the config digest must be read from the archive. */
  readonly idIsConfigDigest: boolean;
  readonly images: readonly HeldImage[];
}

/** Reads what `inspect` printed. */
export function parseInspect(output: string): HeldImage[] {
  const list = output.trim();
  const images = inspectSchema.parse(list === "" ? [] : JSON.parse(list)).map((image) => ({
    id: withAlgorithm(image.Id),
    tags: (image.RepoTags ?? []).map((tag) => tag.replace(/^localhost\//, "")),
    bytes: image.Size,
    architecture: image.Architecture,
  }));
  return [...new Map(images.map((image) => [image.id, image])).values()];
}

/** Reads what `store` printed. */
export function idIsConfigDigest(output: string): boolean {
  return !output.includes("io.containerd.snapshotter");
}

const manifestSchema = z.array(z.object({ Config: z.string() })).min(1);

/** The config digest from `manifest.json` of a docker archive: `blobs/sha256/<hex>` or `<hex>.json`. */
export function parseManifest(text: string): string {
  const config = manifestSchema.parse(JSON.parse(text))[0]?.Config ?? "";
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1];
  if (hex === undefined) throw new SyntaxError(`no config digest in the archive's manifest: ${text.slice(0, 200)}`);
  return `sha256:${hex}`;
}

/** The image id in the last line that names one of what `load` printed. */
export function parseLoaded(output: string): string {
  const hex = [...output.matchAll(/\b(?:sha256:)?([0-9a-f]{64})\b/g)].at(-1)?.[1];
  if (hex === undefined) throw new SyntaxError(`the engine named no image id: ${output.trim().slice(-200)}`);
  return `sha256:${hex}`;
}

function withAlgorithm(id: string): string {
  return id.startsWith("sha256:") ? id : `sha256:${id}`;
}
