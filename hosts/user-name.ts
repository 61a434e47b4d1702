import { hostname, userInfo } from "node:os";

/** Who runs this program, for people: `anna@laptop`. */
export function userName(): string {
  return `${user()}@${hostname()}`;
}

/** Empty user databases (containers, foreign user ids) have no name for us. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
