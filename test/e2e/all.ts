import { runTests } from "../run-tests.ts";

/** Takes too long for every run: `npm run test:e2e -- slow` asks for it. */
const slow = process.argv.slice(2).some((part) => part.includes("slow")) ? [] : ["slow"];

await runTests(import.meta.dirname, { exclude: slow });
