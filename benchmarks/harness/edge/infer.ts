import { captured, start } from "../command.ts";

export interface InferOrder {
  /** The interpreter that has `hailo_platform`, by name or path. */
  readonly python: string;
  /** Text of the program that it runs. */
  readonly program: string;
  /** Path of the compiled network on this host. */
  readonly hef: string;
  /** Of that file, in hexadecimal; absent: any file will do. */
  readonly sha256?: string | undefined;
  /** Of the input values. */
  readonly seed: number;
  /** Inferences of the process that are left out. */
  readonly warmups: number;
  /** Of those that count. */
  readonly seconds: number;
  readonly inferenceTimeoutSeconds: number;
}

/** One inference in seconds: its begin since the process's `origin`, and how long it took. */
export interface Inference {
  readonly begin: number;
  readonly seconds: number;
}

/** What one process measured. */
export interface Inferences {
  /** Version of HailoRT's Python library. */
  readonly library: string;
  /** Of the network. */
  readonly sha256: string;
  /** Seconds from just before the network is read to just after it is configured. */
  readonly configuration: number;
  /** CLOCK_MONOTONIC nanoseconds as text: the begin of the first inference. */
  readonly origin: string;
  readonly warmups: readonly Inference[];
  readonly runs: readonly Inference[];
}

/** This host cannot measure at all, in words for the user. */
export class CannotInfer extends Error {}

/** Reading and configuring a network, on a slow board. */
const CONFIGURATION_SECONDS = 300;
const REMEDY =
  "install Hailo's Python library in HailoRT's version (Raspberry Pi OS: python3-h10-hailort for Hailo-10H, python3-hailort for Hailo-8), " +
  "or name an interpreter that has it in network.python";

/** Runs the program to its end. Rejects with `CannotInfer` where the library is missing, else with what went wrong. */
export async function inferProcess(order: InferOrder): Promise<Inferences> {
  const { python, program, ...given } = order;
  const most = CONFIGURATION_SECONDS + given.seconds + (given.warmups + 1) * given.inferenceTimeoutSeconds;
  // In a folder without Python files: the interpreter looks for modules where it is started.
  const started = start([python, "-c", program, JSON.stringify(given)], { directory: "/" });
  const { code, stdout, tail } = await captured(started, [python, "edge/infer.py"], most);
  if (code === 0) return parseInferences(stdout, python);
  if (/\bENOENT\b/.test(tail)) throw new CannotInfer(`there is no ${python}: ${REMEDY}`);
  throw new Error(`${python} ended with exit code ${code}\n${tail}`);
}

interface Line {
  readonly skipped?: string;
  readonly failed?: string;
  readonly library?: string;
  readonly sha256?: string;
  readonly configuration?: number;
  readonly origin?: string;
  readonly warmup?: Stamps;
  readonly run?: Stamps;
}

/** Begin and end in nanoseconds since `origin`. */
type Stamps = readonly [number, number];

/** Reads what the program printed; HailoRT's own lines between are left out. Throws as `inferProcess` rejects. */
export function parseInferences(stdout: string, python: string): Inferences {
  const lines = stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
  const [about = {}] = lines;
  if (about.skipped !== undefined) throw new CannotInfer(`${python} ${about.skipped}: ${REMEDY}`);
  if (about.failed !== undefined) throw new Error(about.failed);
  const { library, sha256, configuration, origin } = about;
  const runs = lines.flatMap(({ run }) => (run === undefined ? [] : [inferenceOf(run)]));
  if (library === undefined || sha256 === undefined || configuration === undefined || origin === undefined || runs.length === 0)
    throw new SyntaxError(`the program printed no result: ${stdout.slice(-200)}`);
  const warmups = lines.flatMap(({ warmup }) => (warmup === undefined ? [] : [inferenceOf(warmup)]));
  return { library, sha256, configuration: configuration / 1e9, origin, warmups, runs };
}

function inferenceOf([begin, end]: Stamps): Inference {
  return { begin: begin / 1e9, seconds: (end - begin) / 1e9 };
}
