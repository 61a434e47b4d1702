import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { replaceFile } from "./replace-file.ts";
import {
  type Environment,
  environmentSchema,
  PREVIOUS_SESSION,
  type Sample,
  type Session,
  sampleSchema,
  seriesSchema,
  sessionSchema,
} from "./schema.ts";

/** Writes one session as it happens. Samples only ever get added; nothing of an earlier session is touched. */
export interface SessionWriter {
  readonly directory: string;
  environment(environment: Environment): void;
  /** On disk, not only in the page cache, when it returns. */
  sample(sample: Sample): void;
  /** Appends what was seen inside a sample that is written already. */
  series(sequence: number, series: Readonly<Record<string, readonly number[]>>): void;
  /** Replaces session.json as a whole. */
  session(session: Session): void;
  /** Whether session.json says how the session ended. */
  readonly ended: boolean;
  close(): void;
}

/** Makes the directory, which must not exist. Throws the file system's own error. */
export function createSessionWriter(directory: string, session: Session): SessionWriter {
  mkdirSync(directory);
  mkdirSync(join(directory, "environment"));
  return writerTo(directory, session, openSync(join(directory, "samples.jsonl"), "ax", 0o644));
}

/** Goes on with a session that was interrupted: lines are appended behind the last whole one. Throws the file system's own error. */
export function continueSessionWriter(directory: string, session: Session): SessionWriter {
  for (const name of ["samples.jsonl", "series.jsonl"]) setCutLineAside(join(directory, name));
  return writerTo(directory, session, openSync(join(directory, "samples.jsonl"), "a", 0o644));
}

/** What a kill left of a last line is moved to `<file>.cut`, so that the next line starts on its own and nothing is lost. */
function setCutLineAside(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf("\n") + 1;
  if (whole === bytes.length) return;
  appendFileSync(`${path}.cut`, Buffer.concat([bytes.subarray(whole), Buffer.from("\n")]), { flush: true });
  truncateSync(path, whole);
}

function writerTo(directory: string, session: Session, samples: number): SessionWriter {
  let ended = false;
  const writer: SessionWriter = {
    directory,
    get ended() {
      return ended;
    },
    environment: (environment) => {
      replace(join(directory, "environment", `${environment.host}.json`), environmentSchema.parse(environment));
    },
    sample: (sample) => {
      writeSync(samples, `${JSON.stringify(sampleSchema.parse(sample))}\n`);
      fsyncSync(samples);
    },
    series: (sequence, series) => {
      const line = seriesSchema.parse({ sequence, series });
      appendFileSync(join(directory, "series.jsonl"), `${JSON.stringify(line)}\n`, { flush: true });
    },
    session: (changed) => {
      const path = join(directory, "session.json");
      if (existsSync(path)) copyFileSync(path, join(directory, PREVIOUS_SESSION));
      replace(path, sessionSchema.parse(changed));
      ended = changed.outcome !== "running";
    },
    close: () => closeSync(samples),
  };
  writer.session(session);
  return writer;
}

function replace(path: string, content: unknown): void {
  replaceFile(path, `${JSON.stringify(content, null, 2)}\n`);
}

/** Makes `results/` if needed and finds a name there that is not taken: `<UTC time>-<stack>-<benchmark>`, with a number if it is. */
export function sessionName(now: Date, stack: string, benchmark: string, taken: (name: string) => boolean): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const name = `${time}-${stack}-${benchmark}`;
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}-${count}`;
    if (!taken(candidate)) return candidate;
  }
}
