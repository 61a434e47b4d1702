import { type CommandLineFile, distributionOf, distributions } from "../../hosts/index.ts";
import type { HostView } from "../view.ts";
import { type Parameter, parameterText, withParameters } from "./command-line.ts";

const GRUB = "/etc/default/grub";
/** Read after all others where grub-mkconfig reads such files, so that what cloud images set in theirs is kept. */
const DROP_IN = "/etc/default/grub.d/zz-distrobench.cfg";

const all: readonly CommandLineFile[] = Object.values(distributions).flatMap(({ commandLine }) => commandLine);

/** Every file that parameters may stand in, on any distribution. */
export const loaderFiles: readonly string[] = [...new Set([DROP_IN, ...all.map(({ path }) => path)])];

/** What makes the boot loader see a changed file: the first of these commands that the host has. None: it reads the file itself. */
export function applyCommands(path: string): string[] {
  const file = path === DROP_IN ? GRUB : path;
  return [...new Set(all.flatMap((one) => (one.path === file && one.apply !== undefined ? [one.apply] : [])))];
}

/** Where parameters go on a host. */
export interface Loader {
  readonly path: string;
  /** GRUB can start an entry once and forget it by itself. */
  readonly kind: "grub" | "file";
  /** The file's new content. */
  edit(content: string, wanted: readonly Parameter[]): string;
}

/** The file that this host was started with, or why there is none. */
export function loaderOf(view: HostView): Loader | { readonly notApplicable: string } {
  const known = distributionOf(view.distribution).commandLine;
  const there = (path: string) => (view.values.get(`file ${path}`) ?? "absent") !== "absent";
  const file = known.find(({ path }) => there(path));
  if (file === undefined)
    return {
      notApplicable: `no boot loader here reads ${known.map(({ path }) => path).join(" or ")}: the kernel was given to it from outside, as to a lab machine without \`boot: grub\``,
    };
  // GRUB and extlinux both tell the kernel which image they read.
  if (file.apply !== undefined && view.values.get("boot BOOT_IMAGE") === undefined)
    return { notApplicable: `${file.path} is there, but another boot loader started this kernel` };
  if (file.path !== GRUB) return { path: file.path, kind: "file", edit: editor(file) };
  if (!view.dropIns) return { path: GRUB, kind: "grub", edit: editor(file) };
  return { path: DROP_IN, kind: "grub", edit: (_, wanted) => dropIn(wanted) };
}

/** Appended: the kernel takes the last of two parameters with one name. */
function dropIn(wanted: readonly Parameter[]): string {
  const words = wanted.map(parameterText).join(" ");
  return `# made by distrobench, removed by its destroy\nGRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT ${words}"\n`;
}

function editor({ format }: CommandLineFile): Loader["edit"] {
  if (format.kind === "line") return (content, wanted) => `${withParameters(content.split("\n", 1)[0] ?? "", wanted)}\n`;
  return (content, wanted) => assign(content, format.variable, wanted);
}

/** One line that assigns one word: the name, then the text in either quotes or bare, then a comment. */
const ASSIGNMENT = /^([^=]*=)(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'#\\]*))(\s*(?:#.*)?)$/;

/**
 * The last assignment of a shell variable counts, and keeps its quotes and its comment. A file without one gets one; one that is more than a
 * line of one word (continued, made of pieces) is added to, where the kernel takes the last of two parameters with one name.
 */
function assign(content: string, variable: string, wanted: readonly Parameter[]): string {
  const lines = content.split("\n");
  const at = lines.findLastIndex((line) => new RegExp(`^\\s*${variable}=`).test(line));
  const [whole, name, double, single, bare, rest] = ASSIGNMENT.exec(lines[at] ?? "") ?? [];
  if (whole !== undefined) {
    const quote = single === undefined ? '"' : "'";
    return lines.with(at, `${name}${quote}${withParameters(double ?? single ?? bare ?? "", wanted)}${quote}${rest}`).join("\n");
  }
  const before = at < 0 ? "" : `$${variable} `;
  const line = `${variable}="${before}${wanted.map(parameterText).join(" ")}"`;
  return `${content}${content === "" || content.endsWith("\n") ? "" : "\n"}${line}\n`;
}
