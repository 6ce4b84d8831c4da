import { mkdirSync } from "node:fs";
import { join } from "node:path";

import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  expectQuiet,
  findFaults,
  findOverflow,
  openBrowser,
  SCREENSHOTS,
  settle,
  signInAsDemo,
  visit,
  type Complaints,
  type Theme,
  type Width,
} from "./browser";

type Place = {
  name: string;
  path: string | ((ids: { run: string; strategy: string }) => string);
  /** Shown to those who are not signed in. */
  isPublic?: boolean;
  /** What must be there before the page is looked at. */
  ready?: (page: Page) => Promise<unknown>;
  /** What the page logs by its nature. */
  expected?: RegExp[];
};

const heading = (name: string | RegExp) => (page: Page) =>
  page.getByRole("heading", { name }).first().waitFor();
const editor = (page: Page) => page.locator(".cm-content").waitFor();

const PLACES: Place[] = [
  { name: "sign-in", path: "/sign-in", isPublic: true, ready: heading("Sign in") },
  { name: "sign-up", path: "/sign-up", isPublic: true, ready: heading("Create an account") },
  { name: "home", path: "/", ready: heading(/^Welcome/) },
  { name: "markets", path: "/markets", ready: heading("Markets") },
  { name: "import", path: "/markets/import", ready: heading("Import a CSV") },
  { name: "add", path: "/markets/add", ready: heading("Add a symbol") },
  { name: "data", path: "/markets/data", ready: heading("Data") },
  { name: "watchlists", path: "/watchlists", ready: heading("Watchlist") },
  { name: "alerts", path: "/alerts", ready: heading("Alerts") },
  {
    name: "chart",
    path: "/chart?symbol=AAPL&interval=1day&range=1Y&ind=sma:20,ema:50,rsi:14,macd:12:26:9",
    ready: (page) => page.getByTestId("legend").waitFor(),
  },
  { name: "strategies", path: "/strategies", ready: heading("Strategies") },
  { name: "strategy-new", path: "/strategies/new", ready: editor },
  { name: "strategy", path: ({ strategy }) => `/strategies/${strategy}`, ready: editor },
  { name: "library", path: "/strategies/library", ready: heading("Golden cross") },
  { name: "backtests", path: "/backtests", ready: heading("Backtests") },
  { name: "report", path: ({ run }) => `/backtests/${run}`, ready: heading("Manifest") },
  {
    name: "compare",
    path: ({ run }) => `/backtests/compare?ids=${run}`,
    ready: heading("Nothing to compare yet"),
  },
  {
    name: "shared-expired",
    path: "/shared/no-such-token",
    isPublic: true,
    ready: heading("This link shows no report"),
    expected: [/status of 404/],
  },
  { name: "settings", path: "/settings", ready: heading("Settings") },
  { name: "not-found", path: "/no-such-page", isPublic: true, expected: [/status of 404/] },
];

const LOOKS: [Width, Theme][] = [
  ["wide", "dark"],
  ["wide", "light"],
  ["phone", "dark"],
  ["phone", "light"],
];

async function keep(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

describe.each(LOOKS)("every page, %s and %s", (width, theme) => {
  let browser: Browser;
  let visitor: { context: BrowserContext; page: Page; complaints: Complaints };
  let member: { context: BrowserContext; page: Page; complaints: Complaints };
  let ids: { run: string; strategy: string };

  beforeAll(async () => {
    browser = await openBrowser();
    visitor = await visit(browser, { width, theme });
    member = await visit(browser, { width, theme });
    await signInAsDemo(member.page);
    const idOf = async (path: string, prefix: string) => {
      await member.page.goto(path);
      const link = member.page.locator(`tbody a[href^="${prefix}"]`).last();
      return (await link.getAttribute("href"))!.slice(prefix.length);
    };
    // The oldest ones are the demo's own.
    ids = {
      run: await idOf("/backtests", "/backtests/"),
      strategy: await idOf("/strategies", "/strategies/"),
    };
  });
  afterAll(() => browser.close());

  it.each(PLACES)("$name is sound: no fault, no complaint, no sideways scrolling", async (place) => {
    const { page, complaints } = place.isPublic ? visitor : member;
    complaints.all.length = 0;
    await page.goto(typeof place.path === "string" ? place.path : place.path(ids));
    await place.ready?.(page);
    await settle(page);
    await keep(page, `${place.name}-${width === "wide" ? 1440 : 390}-${theme}`);
    expect(await findOverflow(page)).toBe(0);
    expect(await findFaults(page)).toEqual([]);
    expect(await page.title()).toMatch(/Flowrex/);
    expectQuiet(complaints, place.expected);
  });
});

describe("parts that open", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it.each<[string, string, (page: Page) => Promise<unknown>]>([
    [
      "indicator-picker",
      "/chart?symbol=AAPL",
      (page) => page.getByRole("button", { name: "Indicators" }).click(),
    ],
    [
      "symbol-search",
      "/chart?symbol=AAPL",
      (page) => page.getByRole("button", { name: /^Symbol: AAPL/ }).click(),
    ],
    [
      "language",
      "/strategies/new",
      (page) => page.getByRole("button", { name: "Words of the language" }).click(),
    ],
    [
      "rule-problems",
      "/strategies/new",
      async (page) => {
        await page.locator(".cm-content").click();
        await page.keyboard.insertText("enter_long = smaa(close, 5) > bb_");
        await page.getByText("2 problems").waitFor();
      },
    ],
  ])("%s is sound on a phone too", async (name, path, open) => {
    for (const width of ["wide", "phone"] as const) {
      const { context, page, complaints } = await visit(browser, { width });
      await signInAsDemo(page);
      await page.goto(path);
      await settle(page);
      await open(page);
      await page.waitForTimeout(300);
      await keep(page, `${name}-${width === "wide" ? 1440 : 390}-dark`);
      expect(await findOverflow(page)).toBe(0);
      expect(await findFaults(page)).toEqual([]);
      expectQuiet(complaints);
      await context.close();
    }
  });
});
