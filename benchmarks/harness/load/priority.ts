import { run } from "../command.ts";

const SECONDS = 10;

/**
 * Runs `work` with the thread of this program's event loop under SCHED_FIFO 5, so that a busy host does not make it late; gives it back
 * its ordinary priority afterwards. Where the kernel does not permit it, or `chrt` is missing, it runs as it is and `fifo` is false.
 */
export async function withPriority<Result>(work: (fifo: boolean) => Promise<Result>): Promise<Result> {
  const fifo = await chrt("-f", "-p", "5");
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
