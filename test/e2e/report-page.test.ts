import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { renderHtml } from "../../report/html.ts";
import { everyTest } from "../report/every-test.ts";
import { syntheticSession } from "../report/synthetic-session.ts";
import { chromiumPath, quietChromium } from "./chromium.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const reasons = [
  { rule: "bracket", detail: "polling left 12 ms unseen, which is more than 2 ms and more than 1 % of the value" },
];

/** Texts of labels that reach beyond their drawing. Run by the browser. */
const LABELS_OUTSIDE = `[...document.querySelectorAll("figure svg")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll("text")]
    .filter((text) => {
      const { left, right } = text.getBoundingClientRect();
      return left < frame.left - 1 || right > frame.right + 1;
    })
    .map((text) => text.textContent);
})`;

interface AxeResult {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

describe("the page in a browser", () => {
  let browser: Browser;
  let directory = "";
  let address = "";
  let everyAddress = "";

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "distrobench-page-"));
    const file = join(directory, "index.html");
    const sessions = [
      syntheticSession({
        emulated: true,
        validity: { 12: { status: "disturbed", reasons }, 20: { status: "invalid", reasons } },
      }),
      syntheticSession({ seed: 2, session: { benchmark: "second", outcome: "interrupted" } }),
    ];
    writeFileSync(file, renderHtml(sessions, { title: "Synthetic test input", directory: "results/report-synthetic" }));
    address = pathToFileURL(file).href;
    const everyFile = join(directory, "every-test.html");
    writeFileSync(everyFile, renderHtml(everyTest(), { title: "Every test", directory: "results/report-synthetic" }));
    everyAddress = pathToFileURL(everyFile).href;
    browser = await chromium.launch({ executablePath: chromiumPath(), args: [...quietChromium] });
  });
  after(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The page, with everything it asked for and complained about. */
  async function open(
    options: BrowserContextOptions,
    what = address,
  ): Promise<{ page: Page; requests: string[]; complaints: string[]; close(): Promise<void> }> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(what);
    return { page, requests, complaints, close: () => context.close() };
  }

  for (const colorScheme of ["light", "dark"] as const)
    it(`shows every test in ${colorScheme} colours, never wider than the screen, every label inside its figure`, async () => {
      for (const width of [360, 768, 1280]) {
        const { page, complaints, close } = await open({ colorScheme, viewport: { width, height: 800 } }, everyAddress);
        assert.equal(await page.locator("section > h2").count(), everyTest().length + 1, "one section each, and the decisions");
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
        assert.deepEqual(await page.evaluate(LABELS_OUTSIDE), []);
        assert.deepEqual(complaints, []);
        await close();
      }
    });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has no accessibility violation in ${colorScheme} colours, folded tables included`, async () => {
      const { page, close } = await open({ colorScheme });
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      await page.evaluate(axe);
      const violations = await page.evaluate<AxeResult[]>("axe.run().then((result) => result.violations)");
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
      assert.deepEqual(found, []);
      await close();
    });
  }

  for (const width of [360, 768, 1280]) {
    it(`never scrolls sideways at ${width} px`, async () => {
      const { page, close } = await open({ viewport: { width, height: 800 } });
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
      await close();
    });
  }

  it("asks the network for nothing and complains about nothing", async () => {
    const { requests, complaints, close } = await open({});
    assert.deepEqual(
      requests.filter((url) => url !== address && !url.startsWith("data:")),
      [],
    );
    assert.deepEqual(complaints, []);
    await close();
  });

  it("is read without script", async () => {
    const { page, close } = await open({ javaScriptEnabled: false });
    assert.match((await page.textContent("h1")) ?? "", /Synthetic/);
    assert.equal(await page.locator("figure svg[role=img]").count(), 10);
    assert.equal(await page.locator("figure svg[role=img]").first().isVisible(), true);
    await close();
  });

  it("shows its figures in the colours of the theme", async () => {
    const colourOf = async (colorScheme: "light" | "dark") => {
      const { page, close } = await open({ colorScheme });
      const colour = await page.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill");
      await close();
      return colour;
    };
    assert.notEqual(await colourOf("light"), await colourOf("dark"));
  });

  it("keeps every label inside its figure", async () => {
    const { page, close } = await open({ viewport: { width: 360, height: 800 } });
    const outside = await page.evaluate(LABELS_OUTSIDE);
    assert.deepEqual(outside, []);
    await close();
  });

  it("prints to a few pages of PDF", async () => {
    const { page, close } = await open({});
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
    const pages = pdf.match(/\/Type \/Page\b/g)?.length ?? 0;
    assert.ok(pdf.startsWith("%PDF-") && pages >= 2 && pages <= 12, `${pages} pages`);
    await close();
  });
});
