import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../hosts/index.ts";
import type { RootFileSystem } from "./base.ts";
import type { Making } from "./root-file-system.ts";

/** Python of a Debian suite: a wheel with compiled code fits one. */
const pythons: Readonly<Record<string, string>> = { bookworm: "3.11", trixie: "3.13" };

/** Machine names in wheels by Debian's architecture. */
const machines: Readonly<Record<string, string>> = { amd64: "x86_64", arm64: "aarch64" };

/** Packages that are built for one machine only, and what to say where it is another. */
const onlyFor: Readonly<Record<string, { readonly machine: string; readonly reason: string }>> = {
  "onnxruntime-openvino": {
    machine: "x86_64",
    reason: "ONNX Runtime's execution provider for OpenVINO is built for x86-64 only",
  },
};

/** Oldest GNU C library that a wheel may ask for, and newer ones that both suites have. */
const PLATFORMS = ["manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28"];

/**
 * Downloads a base's Python wheels into a new folder `wheels`, proven by the hashes of the recipe. Throws `UserError` where there is none
 * for the suite or the architecture.
 */
export async function downloadWheels(
  directory: string,
  { suite, wheels = [] }: RootFileSystem,
  architecture: string,
  making: Making,
): Promise<string> {
  const [python, machine] = [pythons[suite], machines[architecture]];
  if (python === undefined || machine === undefined)
    throw new UserError(`no wheels of this recipe are known for ${suite} on ${architecture}`, {
      remedy: `use ${Object.keys(pythons).join(" or ")} on ${Object.keys(machines).join(" or ")}, or an image base of kind registry`,
    });
  const pinned = wheels.map((line) => line.split(" ")[0] ?? "");
  for (const name of pinned) refuseOther(name, machine);
  making.progress(`downloading ${pinned.join(", ")}`);
  const folder = join(directory, "wheels");
  const requirements = join(directory, "requirements.txt");
  await mkdir(folder);
  await writeFile(requirements, `${wheels.join("\n")}\n`);
  const platforms = PLATFORMS.map((platform) => `--platform=${platform}_${machine}`);
  const options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", `--python-version=${python}`, ...platforms];
  const { $, ProcessOutput } = await import("zx");
  try {
    await $({
      quiet: true,
      signal: making.signal,
    })`python3 -m pip download ${options} --dest ${folder} --requirement ${requirements}`;
    return folder;
  } catch (error) {
    making.signal.throwIfAborted();
    if (!(error instanceof ProcessOutput)) throw error;
    throw new UserError(`the Python wheels of the base could not be had: ${error.stderr.trim().split("\n").at(-1) ?? ""}`, {
      remedy: "try `python3 -m pip download` on this machine (package python3-pip) and repair what it reports",
      cause: error,
    });
  }
}

function refuseOther(pinned: string, machine: string): void {
  const only = onlyFor[pinned.split("==")[0] ?? ""];
  if (only === undefined || only.machine === machine) return;
  throw new UserError(`${pinned} has no wheel for ${machine}: ${only.reason}`, {
    remedy: "use the recipe onnx-runner there, or `whenNotToBeHad: skip` for this image",
  });
}
