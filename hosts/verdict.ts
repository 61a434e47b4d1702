import type { PreflightVerdict } from "./schema.ts";

/** One line of a preflight: passed, or how bad it is and what to do about it. */
export function verdict(check: string, ok: boolean, otherwise: "warn" | "fail", found: string, remedy: string): PreflightVerdict {
  return ok ? { check, status: "pass", found } : { check, status: otherwise, found, remedy };
}
