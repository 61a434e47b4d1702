import { type Context, say } from "./context.ts";
import { duration, styleOf } from "./style.ts";

export interface StageTime {
  readonly name: string;
  readonly seconds: number;
}

/** Says what is being done and how long it took, and remembers it for the table at the end. */
export class Stages {
  readonly times: StageTime[] = [];
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async run<Result>(name: string, work: (note: (line: string) => void) => Promise<Result>): Promise<Result> {
    const style = styleOf(this.#context.stderr, this.#context.environment);
    const note = (line: string) => say(this.#context, style.faint(`  ${line}`));
    say(this.#context, style.strong(name));
    const begin = performance.now();
    try {
      return await work(note);
    } finally {
      const seconds = (performance.now() - begin) / 1000;
      this.times.push({ name, seconds });
      note(duration(seconds));
    }
  }
}
