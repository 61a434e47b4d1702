import { createHash } from "node:crypto";
import { quote } from "../hosts/index.ts";
import { type Recipe, recipeFiles } from "./recipes.ts";

/** Where the operating system inside an image comes from. Never chosen by distrobench: the matrix says it. */
export type ImageBase =
  | { readonly kind: "registry"; readonly reference: string }
  | { readonly kind: "mmdebstrap"; readonly suite: string; readonly mirror: string | undefined };

/** A root file system as mmdebstrap is told to make it. */
export interface RootFileSystem {
  readonly suite: string;
  readonly mirror: string | undefined;
  readonly packages: readonly string[];
  /** Lines of a pip requirements file with hashes. */
  readonly wheels?: readonly string[] | undefined;
}

/** Where a base keeps Python modules of its distribution. */
const PYTHON_MODULES = "/usr/lib/python3/dist-packages";

/**
 * 2023-11-14T22:13:20Z, the latest time of a file in a base, and the time of every image of ours. A fixed past moment, so that equal
 * packages give equal bytes.
 */
export const SOURCE_DATE_EPOCH = 1_700_000_000;

/** What Debian's slim images leave out too. */
const EXCLUDED = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*"];

/**
 * Byte code that is trusted without a look at its source: with SOURCE_DATE_EPOCH Python would otherwise hash every source
 * file at every start, which an emulated host feels.
 */
const COMPILE = "python3 -m compileall -q -f -o 0 --invalidation-mode unchecked-hash";
const STANDARD_LIBRARY = '"$(python3 -c \'import sysconfig; print(sysconfig.get_path("stdlib"))\')"';
const COMPILE_PYTHON = `${COMPILE} /usr/lib/python3 ${STANDARD_LIBRARY}`;
/** Alpine's modules lie below the standard library. */
const COMPILE_ALPINE_PYTHON = `${COMPILE} ${STANDARD_LIBRARY}`;

/** A wheel is a zip archive of modules, so that no pip is needed in the base. */
const UNPACK_WHEELS = `for wheel in /wheels/*.whl; do python3 -m zipfile -e "$wheel" ${PYTHON_MODULES} || exit; done; rm -r /wheels`;

const FORGET_CACHES = "rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*";

/**
 * What mmdebstrap takes over from the machine it runs on, where the packages came from, and the state before the last of them: nothing of
 * that says what they are.
 */
const FORGET_ORIGIN = "rm -rf /etc/hostname /etc/resolv.conf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/dpkg/*-old";

/** Arguments of mmdebstrap up to the suite, output file and mirror. `wheelsFolder` is where the wheels are on this machine. */
export function mmdebstrapOptions(
  wanted: Pick<RootFileSystem, "packages">,
  architecture: string,
  wheelsFolder?: string,
): string[] {
  const inside = (script: string): string => `--customize-hook=chroot "$1" sh -c ${quote(script)}`;
  return [
    "--variant=essential",
    `--architectures=${architecture}`,
    `--include=${wanted.packages.join(",")}`,
    '--aptopt=APT::Install-Recommends "false"',
    // A mirror may be behind; signatures are checked all the same.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...EXCLUDED.map((path) => `--dpkgopt=path-exclude=${path}`),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    ...(wheelsFolder === undefined ? [] : [`--customize-hook=copy-in ${quote(wheelsFolder)} /`, inside(UNPACK_WHEELS)]),
    ...(usesPython(wanted.packages) ? [inside(COMPILE_PYTHON)] : []),
    inside(`${FORGET_CACHES} && ${FORGET_ORIGIN}`),
  ];
}

function usesPython(packages: readonly string[]): boolean {
  return packages.some((name) => /^(python3|py3-)/.test(name));
}

/** Another number where `tar/canonical.ts` or `tar/entry.ts` writes the same files as other bytes. */
const LAYER_FORM = 1;

/** Names a root file system by everything that decides its content but the state of the mirror. */
export function rootFileSystemKey(wanted: RootFileSystem, architecture: string): string {
  const wheels = wanted.wheels === undefined ? [] : [wanted.wheels];
  const options = mmdebstrapOptions(wanted, architecture);
  return sha256(JSON.stringify([LAYER_FORM, wanted.suite, SOURCE_DATE_EPOCH, options, ...wheels]));
}

/**
 * The tag of a base on the builder, such as `distrobench/base:trixie-0123456789ab`: it names the base's content. One of our own has the
 * recipe's files in it already.
 */
export function baseTag(base: ImageBase, recipe: Recipe): string {
  if (base.kind === "registry") {
    const name = /([a-z0-9._-]+)(?::[\w.-]+)?(?:@|$)/.exec(base.reference)?.[1] ?? "pulled";
    return `distrobench/base:${name}-${sha256(pulledBase(base.reference, recipe)).slice(0, 12)}`;
  }
  const key = rootFileSystemKey({ ...base, packages: recipe.packages, wheels: recipe.wheels }, "any");
  const whole = sha256(JSON.stringify([key, ...recipeFiles(recipe)]));
  return `distrobench/base:${base.suite}-${whole.slice(0, 12)}`;
}

/** The first lines of every recipe's Dockerfile: they define the stage `base`, and the builder runs nothing for them. */
export function baseStage(base: ImageBase, recipe: Recipe): string {
  return `FROM ${baseTag(base, recipe)} AS base\n`;
}

/**
 * The Dockerfile that makes a base of a pulled image. Which package manager it has is found out while it is built, so that images made of
 * Debian, Ubuntu or Alpine, whatever their names, need no word more in the matrix.
 */
export function pulledBase(reference: string, recipe: Recipe): string {
  const steps = [aptSteps(recipe), apkSteps(recipe)].map((list) => list.join(" && "));
  const [apt = "", apk = ""] = steps;
  if (apt === "") return `FROM ${reference}\n`;
  return `FROM ${reference}\nRUN if command -v apk >/dev/null; then ${apk}; else ${apt}; fi\n`;
}

function aptSteps({ pulledPackages, packages: all, wheels = [] }: Recipe): readonly string[] {
  const packages = [...(pulledPackages ?? all), ...(wheels.length === 0 ? [] : ["python3-pip"])];
  if (packages.length === 0) return [];
  return [
    "apt-get update",
    `apt-get install -y --no-install-recommends ${packages.join(" ")}`,
    ...(wheels.length === 0 ? [] : [pipInstall(wheels)]),
    ...(usesPython(packages) ? [COMPILE_PYTHON] : []),
    FORGET_CACHES,
  ];
}

function apkSteps({ alpinePackages, wheels = [] }: Recipe): readonly string[] {
  if (alpinePackages === undefined) {
    const reason = wheels.length === 0 ? "" : ": its Python wheels need the GNU C library, and Alpine has musl";
    return [`echo "this recipe has no packages for Alpine${reason}" >&2`, "exit 1"];
  }
  return [`apk add --no-cache ${alpinePackages.join(" ")}`, ...(usesPython(alpinePackages) ? [COMPILE_ALPINE_PYTHON] : [])];
}

function pipInstall(wheels: readonly string[]): string {
  const options = "--no-deps --no-cache-dir --only-binary=:all: --require-hashes --break-system-packages";
  return `printf '%s\\n' ${wheels.map(quote).join(" ")} > /tmp/wheels && python3 -m pip install ${options} -r /tmp/wheels`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** For people: `trixie by mmdebstrap (python3-flask, python3-waitress)`. */
export function describeBase(base: ImageBase, recipe: Recipe): string {
  const origin = base.kind === "mmdebstrap" ? `${base.suite} by mmdebstrap` : base.reference;
  const packages = base.kind === "mmdebstrap" ? recipe.packages : (recipe.pulledPackages ?? recipe.packages);
  const parts = [...packages, ...(recipe.wheels ?? []).map((line) => line.split(" ")[0] ?? "")];
  return parts.length === 0 ? origin : `${origin} (${parts.join(", ")})`;
}
