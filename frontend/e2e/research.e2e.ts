import type { Browser, Page } from "playwright-core";
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
} from "./browser";

/** Three parameters and enough sets that the heatmap is seen before it is full. */
const RULE = `fast = param(10, 4, 30)
slow = param(60, 30, 200)
stop = param(3, 1, 6, 0.5)
enter_long = crossover(sma(close, fast), sma(close, slow))
exit_long = crossunder(sma(close, fast), sma(close, slow))
stop_loss = stop * atr(14)`;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** How many cells the heatmap says are computed, of how many. */
async function countCells(page: Page): Promise<[number, number]> {
  const text = await page.locator("figcaption", { hasText: "cells are computed" }).textContent();
  const [, done, all] = /([\d,]+) of ([\d,]+) cells/.exec(text ?? "")!;
  return [done, all].map((count) => Number(count!.replaceAll(",", ""))) as [number, number];
}

async function look(page: Page, name: string): Promise<void> {
  await settle(page);
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
  expect(await findOverflow(page)).toBe(0);
  expect(await findFaults(page)).toEqual([]);
}

describe("research", () => {
  it("sweeps a rule from the editor, fills the heatmap, opens the plateau and reads its verdict", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies/new?symbol=IBM&interval=1day");
    await page.locator(".cm-content").click();
    await page.keyboard.insertText(RULE);
    await page.keyboard.press("Escape");
    await page.getByText("No problems.").waitFor();
    await page.getByRole("button", { name: "Sweep this rule" }).click();

    await page.waitForURL(/\/research\/sweeps\/new/);
    await page.getByText(/^\d+ sets on 3,270 bars$/).waitFor();
    // Far too fine: the form says how large that is and what to do, before anything is asked for.
    await page.getByLabel("slow step").fill("0.001");
    await page.getByText(/sets are more than one search may hold \(1,000,000\)\. Widen the steps/).waitFor();
    const start = page.getByRole("button", { name: "Start the sweep" });
    expect(await start.getAttribute("aria-disabled")).toBe("true");
    await page.getByLabel("slow step").fill("1");
    await page.getByLabel("fast step").fill("1");
    await page.getByLabel("stop step").fill("0.5");
    await page.getByText(/^50,787 sets on 3,270 bars$/).waitFor();
    await start.click();

    await page.waitForURL(/\/research\/sweeps\/[0-9a-f-]{36}$/);
    await page.getByRole("heading", { name: "Sweep of Unsaved rule on IBM" }).waitFor();
    const seen: number[] = [];
    const title = page.getByRole("heading", { name: "Plateau or peak" });
    while (!(await title.isVisible())) {
      const cells = page.locator("figcaption", { hasText: "cells are computed" });
      if (await cells.isVisible().catch(() => false)) seen.push((await countCells(page))[0]);
      await page.waitForTimeout(100);
    }
    await page.waitForFunction(() => {
      const text = document.body.textContent ?? "";
      const [, done, all] = /([\d,]+) of ([\d,]+) cells are computed/.exec(text) ?? [];
      return done !== undefined && done === all;
    });
    const [done, all] = await countCells(page);
    expect([done, all]).toEqual([4_617, 4_617]);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set([...seen, done]).size).toBeGreaterThan(2);

    await page.getByText(/^\d+% PBO$/).waitFor();
    await page.getByRole("application", { name: /^Sets over fast, slow, stop$/ }).waitFor();
    await page.getByRole("region", { name: "Best sets" }).getByRole("row").nth(20).waitFor();
    await look(page, "sweep-1440-dark");

    // By keyboard: to the plateau, one cell on, open, and back to where it was.
    const heatmap = page.getByRole("application", { name: /^Heatmap of Sharpe over/ });
    await heatmap.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    const popover = page.getByRole("dialog", { name: /^Set / });
    await popover.getByRole("button", { name: "Open as full report" }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await popover.waitFor({ state: "detached" });
    expect(await heatmap.evaluate((element) => element === document.activeElement)).toBe(true);

    const plateau = page.getByRole("region", { name: "Best plateau" });
    const chosen = (await plateau.locator("p").first().textContent())!;
    await plateau.getByRole("button", { name: "Open the plateau's report" }).click();
    await page.waitForURL(/\/backtests\/[0-9a-f-]{36}$/);
    await page.getByRole("heading", { name: "Unsaved rule on IBM" }).waitFor();
    await page
      .getByRole("heading", {
        name: /^(This answer can be believed|Believe this answer with care|Do not believe this answer)$/,
      })
      .waitFor({ timeout: 40_000 });
    expect(chosen).toMatch(/^fast \d+, slow \d+, stop [\d.]+$/);
    expectQuiet(complaints);
    await context.close();
  });

  it("walks a sweep forward, and lists both", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/research/sweeps/new");
    // A newcomer's way: everything is set, one click.
    await page.getByText(/sets on/).waitFor();
    await page.getByRole("button", { name: "Start the sweep" }).click();
    await page.waitForURL(/\/research\/sweeps\/[0-9a-f-]{36}$/);
    await page.getByRole("link", { name: "Walk it forward" }).click({ timeout: 40_000 });
    await page.waitForURL(/\/research\/walk-forwards\/new/);
    await page.getByText(/in \d+ windows/).waitFor();
    await page.getByRole("button", { name: "Start the walk-forward" }).click();
    await page.waitForURL(/\/research\/walk-forwards\/[0-9a-f-]{36}$/);
    await page.getByRole("heading", { name: /^\d+ windows$/ }).waitFor({ timeout: 60_000 });
    await page.getByRole("application", { name: "Equity over the tests" }).waitFor();
    const windows = Number(
      /\d+/.exec((await page.getByRole("heading", { name: /^\d+ windows$/ }).textContent())!)![0],
    );
    expect(await page.getByRole("region", { name: "Windows" }).locator("tbody tr").count()).toBe(windows);
    await look(page, "walk-forward-1440-dark");

    await page.getByRole("link", { name: "Research" }).first().click();
    await page.getByRole("tab", { name: /^Walk-forwards/ }).click();
    await page.getByRole("region", { name: "Walk-forwards" }).getByRole("row").nth(1).waitFor();
    expectQuiet(complaints);
    await context.close();
  });

  it("asks before a sweep is lost", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/research/sweeps/new");
    await page.getByText(/sets on/).waitFor();
    await page.getByRole("button", { name: "Start the sweep" }).click();
    await page.getByRole("heading", { name: "Plateau or peak" }).waitFor({ timeout: 40_000 });
    await page.getByRole("radio", { name: "Table" }).click();
    const table = page.getByRole("region", { name: "Sharpe over slow and fast" });
    expect(await table.locator("tbody td").count()).toBe(713);
    await page.getByRole("button", { name: "More about this sweep" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    const question = page.getByRole("alertdialog", { name: "Delete this sweep?" });
    await question.getByRole("button", { name: "Delete sweep" }).click();
    await page.waitForURL(/\/research$/);
    expectQuiet(complaints);
    await context.close();
  });

  it.each([
    ["wide", "light"],
    ["phone", "dark"],
    ["phone", "light"],
  ] as const)("is sound on a %s screen in %s", async (width, theme) => {
    const { context, page, complaints } = await visit(browser, { width, theme });
    const size = width === "wide" ? 1440 : 390;
    await signInAsDemo(page);
    await page.goto("/research");
    await page.getByRole("region", { name: "Sweeps" }).locator("tbody a").first().waitFor();
    await look(page, `research-${size}-${theme}`);
    const sweep = await page
      .getByRole("region", { name: "Sweeps" })
      .locator("tbody a")
      .first()
      .getAttribute("href");
    await page.getByRole("tab", { name: /^Walk-forwards/ }).click();
    const walks = page.getByRole("region", { name: "Walk-forwards" }).locator("tbody a").first();
    const walk = await walks.getAttribute("href");
    for (const [name, path, ready] of [
      ["sweep", sweep!, "Best sets"],
      ["walk-forward", walk!, /^\d+ windows$/],
      ["sweep-new", "/research/sweeps/new", "What to vary"],
      ["walk-forward-new", "/research/walk-forwards/new", "What to vary"],
    ] as const) {
      await page.goto(path);
      await page.getByRole("heading", { name: ready }).waitFor();
      if (name.endsWith("new")) await page.getByText(/sets on/).waitFor();
      await look(page, `${name}-${size}-${theme}`);
    }
    expectQuiet(complaints);
    await context.close();
  });
});
