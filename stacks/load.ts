import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import { UserError } from "../hosts/index.ts";
import { locate, type Position, placeOf } from "./locate.ts";
import { nameCollisions } from "./name-collisions.ts";
import { type Plan, planOf } from "./plan.ts";
import { describeIssues, type Problem } from "./problems.ts";
import { referenceProblems } from "./references.ts";
import { type GateSettings, type Matrix, matrixSchema } from "./schema.ts";
import { sourceProblem } from "./source-files.ts";
import { structureProblem } from "./structure.ts";
import { didYouMean } from "./suggest.ts";
import { projectVocabulary, type Vocabulary } from "./vocabulary.ts";

/**
 * Reads `stacks/<stack>.yaml` below the project's root and plans it.
 * Throws `UserError` that names every mistake of the file with line and column.
 */
export function loadPlan(root: string, stack: string): Plan {
  if (!stackNames(root).includes(stack)) throw unknownStack(root, stack);
  const vocabulary = { ...projectVocabulary, fileProblem: (source: string) => sourceProblem(root, source) };
  return planOf(readMatrix(root, stack, vocabulary), stack);
}

/**
 * What a stack's matrix says of its gate; the defaults where there is no such file, because results may outlive it. Throws `UserError` for a
 * file with mistakes, which may be about just that.
 */
export function gateSettings(root: string, stack: string): GateSettings {
  if (!stackNames(root).includes(stack)) return matrixSchema.shape.gate.parse(undefined);
  return readMatrix(root, stack, projectVocabulary).gate;
}

/** Names of the benchmarks of a stack; `undefined` where its matrix is not there, or has mistakes. */
export function benchmarkNames(root: string, stack: string): readonly string[] | undefined {
  if (!stackNames(root).includes(stack)) return undefined;
  try {
    return Object.keys(readMatrix(root, stack, projectVocabulary).benchmarks);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Many times the size of any matrix, and read at once. */
const LARGEST_BYTES = 4 * 1024 * 1024;

function readMatrix(root: string, stack: string, vocabulary: Vocabulary): Matrix {
  const file = `stacks/${stack}.yaml`;
  return parseMatrix(readText(join(root, file), file), file, vocabulary);
}

/** Throws `UserError` for what is no file that can be read. */
function readText(path: string, file: string): string {
  const refused = (reason: string, cause?: unknown) =>
    new UserError(`${file} can't be read: ${reason}`, { remedy: "A stack is a YAML file. Give it back, or remove it.", cause });
  try {
    const found = statSync(path);
    if (!found.isFile()) throw refused(found.isDirectory() ? "it is a folder" : "it is no regular file");
    if (found.size > LARGEST_BYTES) throw refused(`it has ${found.size} bytes; expected at most ${LARGEST_BYTES}`);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refused(error instanceof Error ? error.message : String(error), error);
  }
}

/** Names of the matrices below `stacks/`. */
export function stackNames(root: string): string[] {
  const folder = join(root, "stacks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^[A-Za-z0-9][A-Za-z0-9_-]*\.yaml$/.test(file))
    .map((file) => file.replace(/\.yaml$/, ""))
    .sort();
}

/** Checks the text of a matrix; `file` is named in messages. Throws `UserError`. */
export function parseMatrix(text: string, file: string, vocabulary: Vocabulary): Matrix {
  const lines = new LineCounter();
  const { document, raw } = readYaml(text, file, lines);
  const result = matrixSchema.safeParse(raw);
  const wrong = [...(result.success ? [] : describeIssues(result.error, raw)), ...referenceProblems(raw, vocabulary)];
  const problems = result.success && wrong.length === 0 ? nameCollisions(result.data) : wrong;
  if (result.success && problems.length === 0) return result.data;
  throw failure(
    file,
    inOrder(problems, document, lines).map(({ at, problem }) => line(file, at, textOf(problem))),
  );
}

/** Where the parser ran out of stack. */
const TOO_DEEP = "is nested too deeply to be read";

/** The document and its value as a plain tree. What the parser can't place is said of the file's first character. */
function readYaml(text: string, file: string, lines: LineCounter): { readonly document: Document.Parsed; readonly raw: unknown } {
  const failed = (offset: number, message: string) => failure(file, [line(file, placeOf(lines, offset), message)]);
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: "error" });
    const [broken] = document.errors;
    if (broken !== undefined) throw failed(broken.pos[0], broken.code === "RESOURCE_EXHAUSTION" ? TOO_DEEP : broken.message);
    const problem = structureProblem(document);
    if (problem !== undefined) throw failed(problem.offset, problem.message);
    return { document, raw: document.toJS() };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw failed(0, error instanceof Error ? error.message : String(error));
  }
}

function inOrder(problems: readonly Problem[], document: Document.Parsed, lines: LineCounter) {
  return problems
    .map((problem) => ({ at: locate(document, lines, problem), problem }))
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}

function textOf({ path, message }: Problem): string {
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}

/** One line, whatever stands in the file: its text may hold line feeds, what a terminal obeys, and what nobody sees. */
function line(file: string, { line: row, column }: Position, message: string): string {
  const visible = message.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return `${file}:${row}:${column}: ${visible}`;
}

function failure(file: string, lines: readonly string[]): UserError {
  const count = lines.length === 1 ? "the mistake" : `the ${lines.length} mistakes`;
  return new UserError([...new Set(lines)].join("\n"), {
    remedy: `Correct ${count} in ${file}. stacks/quickstart.yaml is a commented example.`,
  });
}

function unknownStack(root: string, stack: string): UserError {
  const known = stackNames(root);
  return new UserError(
    `there is no stack ${JSON.stringify(stack)}: stacks/${stack}.yaml does not exist${didYouMean(stack, known)}`,
    { remedy: `Stacks here: ${known.join(", ")}. Copy stacks/quickstart.yaml to start a new one.` },
  );
}
