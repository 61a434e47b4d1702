import { run } from "../command.ts";

const SECONDS = 10;

interface Work {
  /**
   * The work starts processes, which must not inherit the priority: the kernel gives it back at their fork (SCHED_RESET_ON_FORK, `man 2
   * sched_setscheduler`). The `chrt` of BusyBox can't ask for that: `fifo` is false there.
   */
  readonly startsProcesses?: boolean;
}

/**
 * Runs `work` with the thread of this program's event loop under SCHED_FIFO 5, so that a busy host does not make it late; gives it back
 * its ordinary priority afterwards. Where the kernel does not permit it, or `chrt` is missing, it runs as it is and `fifo` is false.
 */
export async function withPriority<Result>(
  work: (fifo: boolean) => Promise<Result>,
  { startsProcesses = false }: Work = {},
): Promise<Result> {
  const fifo = await chrt(...(startsProcesses ? ["-R"] : []), "-f", "-p", "5");
  try {
    return await work(fifo);
  } finally {
    if (fifo) await chrt("-o", "-p", "0");
  }
}

/** The main thread has the id of the process, so `chrt -p` changes no other one. */
async function chrt(...options: readonly string[]): Promise<boolean> {
  const { code } = await run(["chrt", ...options, String(process.pid)], SECONDS);
  return code === 0;
}
