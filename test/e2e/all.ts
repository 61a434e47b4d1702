import { runTests } from "../run-tests.ts";

await runTests(import.meta.dirname, { exclude: [] });
