import { createRequire } from "node:module";
import { readFileSync, existsSync } from "node:fs";

import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { expect } from "vitest";

export const STACK_URL = process.env.STACK_URL!.replace(/\/$/, "");
export const SCREENSHOTS = process.env.SCREENSHOTS ?? "";

export const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
export type Width = keyof typeof WIDTHS;
export type Theme = "dark" | "light";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function findBrowser(): string {
  const named = process.env.CHROMIUM;
  const found = [named, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
    (path) => path && existsSync(path),
  );
  if (!found)
    throw new Error("No browser: install Debian's `chromium`, or name one with CHROMIUM=/path/to/it");
  return found;
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findBrowser(), args: ARGUMENTS });
}

/** What went wrong in a page while nobody looked: console errors, exceptions, refusals of the content policy. */
export type Complaints = { all: string[] };

/** Answers with these states are part of what a journey provokes; the browser logs them as errors all the same. */
export type Expected = RegExp[];

export function listen(page: Page): Complaints {
  const complaints: Complaints = { all: [] };
  page.on("console", (message) => {
    if (message.type() === "error")
      complaints.all.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complaints.all.push(`exception: ${error.message}`));
  void page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  return complaints;
}

export function expectQuiet(complaints: Complaints, expected: Expected = []): void {
  expect(complaints.all.filter((text) => !expected.some((pattern) => pattern.test(text)))).toEqual([]);
}

/** A fresh visitor: no cookie, no storage, one page. */
export async function visit(
  browser: Browser,
  { width = "wide", theme = "dark" }: { width?: Width; theme?: Theme } = {},
): Promise<{ context: BrowserContext; page: Page; complaints: Complaints }> {
  const context = await browser.newContext({
    baseURL: STACK_URL,
    viewport: WIDTHS[width],
    hasTouch: width === "phone",
    acceptDownloads: true,
    reducedMotion: "reduce",
  });
  await context.addInitScript((name) => {
    if (!localStorage.getItem("theme")) localStorage.setItem("theme", name);
  }, theme);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return { context, page, complaints: listen(page) };
}

/** Signs in as the demo account through its button. */
export async function signInAsDemo(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue as demo" }).click();
  await page.getByRole("heading", { name: /^Welcome/ }).waitFor();
}

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

type AxeViolation = { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] };

/** Serious and critical faults that axe finds in the page, each with the elements it found them on. */
export async function findFaults(page: Page): Promise<string[]> {
  // Evaluated through the debugger: the page's own policy would refuse an injected script, as it should.
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const axe = (
      globalThis as unknown as {
        axe: { run: (what: Document, how: object) => Promise<{ violations: unknown[] }> };
      }
    ).axe;
    const { violations: found } = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return found;
  });
  return (violations as AxeViolation[])
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
    );
}

/** How many pixels the page can be scrolled sideways; 0 on a page that fits. */
export function findOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Waits until nothing on the page says that it is loading. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(
    () =>
      !document.querySelector('[role="status"][aria-label^="Loading"], [aria-busy="true"], .animate-pulse'),
  );
}
