import { run } from "../command.ts";

const JOURNAL_SECONDS = 30;

/** HailoRT's statuses that say what to do, by name: its tools write `NAME(62)`, its Python library `62 (NAME)`. */
const remedies: Readonly<Record<string, string>> = {
  HAILO_COMMUNICATION_CLOSED: "(62): the chip was lost; reload its driver, or cut the power, before going on",
  HAILO_OUT_OF_PHYSICAL_DEVICES:
    "(74): no chip is free, or HailoRT is not for this one; stop what else uses it, such as hailo-ollama with a model",
  HAILO_INVALID_DRIVER_VERSION: "(76): driver and HailoRT are of different versions; install both in one",
};

/** hailo-ollama ends the stream without a word when the chip is lost; HailoRT's status stands in its log. */
export async function journalSince(milliseconds: number): Promise<string> {
  const since = `--since=@${Math.floor(milliseconds / 1000)}`;
  const words = ["journalctl", since, "--no-pager", "--output=cat", "--lines=5", "--grep=HAILO_"];
  return (await run(words, JOURNAL_SECONDS).catch(() => undefined))?.stdout ?? "";
}

/** Names a known status first, wherever it was said. Pure. */
export function failureCause(said: string, journal: string): string {
  const known = Object.entries(remedies).flatMap(([name, text]) =>
    new RegExp(`\\b${name}\\b`).test(`${said}\n${journal}`) ? [`${name}${text}`] : [],
  );
  return [...known, said, journal].filter((text) => text.trim() !== "").join("\n");
}
