const PARENT_CHECK_MILLISECONDS = 500;

/** The engine; read as early as can be, because a process whose parent died has another one. */
const parent = process.ppid;

/** Calls `stop` once, on SIGINT or SIGTERM, or when the engine that started this process is gone: a killed one sends no Cancel. */
export function endWithEngine(stop: () => void): void {
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    stop();
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, PARENT_CHECK_MILLISECONDS).unref();
}
