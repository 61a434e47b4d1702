import { z } from "zod";
import { engineName } from "../images/index.ts";
import type { Problem } from "./problems.ts";
import { stepProblems } from "./step-problems.ts";
import { tuningProblems } from "./tuning-problems.ts";
import { unknownName } from "./unknown-name.ts";
import type { Vocabulary } from "./vocabulary.ts";

const strings = z.array(z.string().catch("")).catch([]);
const word = z.string().optional().catch(undefined);
const mappings = <Shape extends z.ZodType>(shape: Shape) => z.record(z.string(), shape).catch({});
const present = z.unknown().transform((value) => value !== undefined);

/** The matrix as far as it can be understood, so that wrong names are reported together with everything else. */
const view = z
  .object({
    packages: strings,
    hosts: mappings(
      z
        .object({
          distribution: word,
          release: present.optional(),
          packages: strings.optional(),
          lab: present.optional(),
          ssh: present.optional(),
          local: present.optional(),
        })
        .optional()
        .catch(undefined),
    ),
    images: mappings(
      z.object({ recipe: word, builder: word, base: z.record(z.string(), z.unknown()).optional().catch(undefined) }).catch({}),
    ),
    models: mappings(z.unknown()),
    benchmarks: mappings(
      z
        .object({
          test: word,
          image: word,
          model: word,
          images: strings.optional(),
          hosts: strings,
          engines: strings,
          baseline: word,
          parameters: z.unknown(),
        })
        .partial()
        .catch({}),
    ),
  })
  .catch({ packages: [], hosts: {}, images: {}, models: {}, benchmarks: {} });
type View = z.output<typeof view>;
type ViewHost = NonNullable<View["hosts"][string]>;

/** Every name in a matrix that means nothing: hosts, images, packages, recipes, tests and their parameters, baselines. */
export function referenceProblems(raw: unknown, vocabulary: Vocabulary): Problem[] {
  const matrix = view.parse(raw);
  return [
    ...packageProblems(matrix.packages, ["packages"], vocabulary),
    ...Object.entries(matrix.hosts).flatMap(([name, host]) => (host ? hostProblems(name, host, vocabulary) : [])),
    ...tuningProblems(raw, vocabulary),
    ...stepProblems(raw, vocabulary.fileProblem),
    ...Object.keys(matrix.images).flatMap((name) => imageProblems(matrix, name, vocabulary)),
    ...Object.keys(matrix.benchmarks).flatMap((name) => benchmarkProblems(matrix, name, vocabulary)),
  ];
}

function hostProblems(name: string, host: ViewHost, vocabulary: Vocabulary): Problem[] {
  const path = ["hosts", name];
  const kinds = (["lab", "ssh", "local"] as const).filter((kind) => host[kind]);
  const problems = packageProblems(host.packages ?? [], [...path, "packages"], vocabulary);
  if (kinds.length !== 1) {
    const found = kinds.length === 0 ? "none of them" : kinds.join(" and ");
    problems.push({ path, at: "key", message: `expected exactly one of lab, ssh and local, found ${found}` });
  }
  if (!host.lab) return problems;
  if (!host.release)
    problems.push({ path, at: "key", message: "is missing: release, which a lab machine is made of, such as trixie" });
  return problems;
}

function packageProblems(packages: readonly string[], path: readonly string[], vocabulary: Vocabulary): Problem[] {
  return packages.flatMap((item, index) => unknownName("package", item, vocabulary.packages, [...path, index]));
}

function imageProblems(matrix: View, name: string, vocabulary: Vocabulary): Problem[] {
  const path = ["images", name];
  const image = matrix.images[name] ?? {};
  const bases = (["mmdebstrap", "registry"] as const).filter((base) => image.base !== undefined && base in image.base);
  const problems: Problem[] = [];
  if (image.base !== undefined && bases.length !== 1)
    problems.push({ path: [...path, "base"], at: "key", message: "expected exactly one of mmdebstrap and registry" });
  if (image.recipe !== undefined) problems.push(...unknownName("recipe", image.recipe, vocabulary.recipes, [...path, "recipe"]));
  if (image.builder === undefined) return problems;
  return [
    ...problems,
    ...unknownName("host", image.builder, Object.keys(matrix.hosts), [...path, "builder"]),
    ...lacking(matrix, image.builder, "docker", "builds an image", [...path, "builder"]),
  ];
}

function benchmarkProblems(matrix: View, name: string, vocabulary: Vocabulary): Problem[] {
  const path = ["benchmarks", name];
  const { test, image, model, images, hosts = [], engines = [], baseline, parameters } = matrix.benchmarks[name] ?? {};
  const variants = variantIds(hosts, engines, images);
  return [
    ...(test === undefined ? [] : unknownName("test", test, Object.keys(vocabulary.tests), [...path, "test"])),
    ...imageReferences(matrix, path, image, images),
    ...(model === undefined ? [] : unknownName("model", model, Object.keys(matrix.models), [...path, "model"])),
    ...hosts.flatMap((host, index) => unknownName("host", host, Object.keys(matrix.hosts), [...path, "hosts", index])),
    ...repeated(hosts, [...path, "hosts"]),
    ...repeated(engines, [...path, "engines"]),
    ...hosts.flatMap((host, index) => neededPackages(matrix, host, engines, [...path, "hosts", index])),
    ...((image ?? images) !== undefined && engines.length === 0
      ? [{ path, at: "key" as const, message: "is missing: engines, which run the image, such as [docker, podman]" }]
      : []),
    ...(baseline === undefined ? [] : unknownName("variant", baseline, variants, [...path, "baseline"])),
    ...parameterProblems(vocabulary.tests[test ?? ""]?.parameters, parameters, [...path, "parameters"]),
  ];
}

function imageReferences(matrix: View, path: readonly string[], image?: string, images?: readonly string[]): Problem[] {
  const known = Object.keys(matrix.images);
  if (image !== undefined && images !== undefined)
    return [{ path: [...path, "images"], at: "key", message: "expected one of image and images, found both" }];
  return [
    ...(image === undefined ? [] : unknownName("image", image, known, [...path, "image"])),
    ...(images ?? []).flatMap((one, index) => unknownName("image", one, known, [...path, "images", index])),
    ...repeated(images ?? [], [...path, "images"]),
  ];
}

function variantIds(hosts: readonly string[], engines: readonly string[], images: readonly string[] = []): readonly string[] {
  const started = hosts.flatMap((host) => (engines.length === 0 ? [host] : engines.map((engine) => `${host}/${engine}`)));
  return images.length === 0 ? started : started.flatMap((start) => images.map((image) => `${start}/${image}`));
}

function neededPackages(matrix: View, host: string, engines: readonly string[], path: Problem["path"]): Problem[] {
  const known = engines.filter((engine) => engineName.options.some((option) => option === engine));
  const needed = [
    ...known.map((engine) => [engine, "runs containers"] as const),
    ["node", "runs the measuring program"] as const,
  ];
  return needed.flatMap(([item, why]) => lacking(matrix, host, item, why, path));
}

function lacking(matrix: View, host: string, item: string, why: string, path: Problem["path"]): Problem[] {
  const found = matrix.hosts[host];
  if (found === undefined) return [];
  const packages = found.packages ?? matrix.packages;
  const message = `${host} ${why}, so its packages must name ${item}`;
  return packages.includes(item) ? [] : [{ path, at: "value", message }];
}

function repeated(items: readonly string[], path: readonly string[]): Problem[] {
  return items.flatMap((item, index) =>
    item !== "" && items.indexOf(item) < index
      ? [{ path: [...path, index], at: "value" as const, message: `${item} is named twice` }]
      : [],
  );
}

function parameterProblems(schema: z.ZodType | undefined, parameters: unknown, path: readonly string[]): Problem[] {
  const result = schema?.safeParse(parameters ?? {});
  if (result === undefined || result.success) return [];
  return result.error.issues.map((issue) => ({ path: [...path, ...issue.path], at: "value", message: issue.message }));
}
