import { isOurs } from "../../kernel-tuning/ours.ts";
import type { Baseline, BaselineCell } from "../../kernel-tuning/schema.ts";
import type { MemoryHost } from "./memory-host.ts";

/**
 * What a host is to have when all tuning of it is over, kept beside it in plain rules:
 * what is set on a cell that is not ours is the host's own; a restart gives every cell but files what it has by itself, or what a file of
 * ours says, and what is set from then on to the next write is the host's own too; what is set over ours is somebody else's, until we write there again.
 * Whatever is set to a value of ours can't be told from it, and what was there before comes back.
 */
export class Promised {
  readonly #host: MemoryHost;
  readonly #record: () => Baseline | undefined;
  readonly #boot: ReadonlyMap<string, string>;
  readonly #own: Map<string, string>;
  readonly #theirs = new Map<string, string>();
  #leaving = false;

  constructor(host: MemoryHost, record: () => Baseline | undefined) {
    this.#host = host;
    this.#record = record;
    this.#boot = new Map(host.cells);
    this.#own = new Map(host.cells);
    host.restarted = () => this.#restarted();
  }

  somebodySets(cell: string, value: string): void {
    this.#host.cells.set(cell, value);
    this.#gets(cell, value);
  }

  /**
   * After we were at work: what somebody else had set is gone where we may write over it and did. What stays on a cell that is not ours
   * any more is the host's own.
   */
  written(mayWrite: (cell: string) => boolean): void {
    for (const [cell, value] of [...this.#theirs])
      if (mayWrite(cell) && this.#host.cells.get(cell) !== value) this.#theirs.delete(cell);
      else if (this.#ours(cell) === undefined) this.#becomesOwn(cell, value);
  }

  /** A restart in the course of putting back finds nothing of ours any more. */
  async leaving(work: () => Promise<void>): Promise<void> {
    this.#leaving = true;
    await work().finally(() => {
      this.#leaving = false;
    });
  }

  /** Values by cell, and the cells of which the host still keeps a record. */
  atTheEnd(force: boolean): { readonly cells: Record<string, string>; readonly left: readonly string[] } {
    const theirs = force ? [] : [...this.#theirs].filter(([cell, value]) => this.#own.get(cell) !== value);
    return { cells: Object.fromEntries([...this.#own, ...theirs]), left: theirs.map(([cell]) => cell).sort() };
  }

  #restarted(): void {
    for (const [cell, value] of this.#boot) {
      const found = this.#host.cells.get(cell) ?? value;
      if (cell.startsWith("file ")) continue;
      if (this.#leaving && found === value) this.#becomesOwn(cell, value);
      else this.#gets(cell, found);
    }
  }

  #gets(cell: string, value: string): void {
    const ours = this.#ours(cell);
    if (ours !== undefined && isOurs(ours, value)) this.#becomesOwn(cell, ours.before);
    else if (ours === undefined || (ours.kind !== "file" && ours.bootId !== this.#host.bootId)) this.#becomesOwn(cell, value);
    else this.#theirs.set(cell, value);
  }

  #becomesOwn(cell: string, value: string): void {
    this.#own.set(cell, value);
    this.#theirs.delete(cell);
  }

  #ours(cell: string): BaselineCell | undefined {
    return this.#record()?.cells.find(({ kind, name }) => `${kind} ${name}` === cell);
  }
}
