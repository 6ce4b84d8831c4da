import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectQuiet, findFaults, findOverflow, openBrowser, signInAsDemo, visit } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

// For its first 75 ms a list of completions takes no key, so that nobody accepts what he has not seen.
const LIST_IS_DEAF_MS = 250;

const text = (page: Page) => page.locator(".cm-content").innerText();

describe("writing a rule", () => {
  it("completes words with their arguments and tells the signature while they are filled", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    // What has not arrived yet cannot be completed.
    const language = page.waitForResponse((answer) => answer.url().endsWith("/strategies/language"));
    await page.goto("/strategies/new");
    await language;
    await page.locator(".cm-content").click();
    await page.keyboard.type("enter_long = close > sm");
    await page.locator(".cm-tooltip-autocomplete li", { hasText: "sma" }).first().waitFor();
    await page
      .locator(".cm-completionInfo")
      .getByText(/moving average/)
      .waitFor();
    await page.waitForTimeout(LIST_IS_DEAF_MS);
    await page.keyboard.press("Enter");
    await page.locator(".cm-tooltip .text-primary", { hasText: "x" }).waitFor();
    await page.keyboard.type("close");
    await page.keyboard.press("Tab");
    await page.locator(".cm-tooltip .text-primary", { hasText: "n" }).waitFor();
    await page.keyboard.type("50");
    await page.keyboard.press("Tab");
    expect((await text(page)).trim()).toBe("enter_long = close > sma(close, 50)");
    await page.getByText("No problems.").waitFor();

    await page.locator(".cm-line span", { hasText: "sma" }).hover();
    await page.locator(".cm-tooltip-hover").getByText("Warm-up").waitFor();
    expectQuiet(complaints);
    await context.close();
  });

  it("names the intervals inside on(…)", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies/new");
    await page.locator(".cm-content").click();
    await page.keyboard.type('enter_long = close > on("');
    const options = page.locator(".cm-tooltip-autocomplete li");
    await options.filter({ hasText: /^1week$/ }).waitFor();
    expect((await options.first().innerText()).trim()).toBe("1min");
    await page.keyboard.type("1w");
    await options.filter({ hasText: /^1week$/ }).click();
    expect(await text(page)).toContain('on("1week"');
    expectQuiet(complaints);
    await context.close();
  });

  it("begins with an example and takes words from the reference by a tap, on a phone", async () => {
    const { context, page, complaints } = await visit(browser, { width: "phone" });
    await signInAsDemo(page);
    await page.goto("/strategies/new");
    await page.getByRole("button", { name: "SMA crossover" }).click();
    await page.getByText("No problems.").waitFor();
    await page.locator(".cm-line").last().click();
    await page.getByRole("button", { name: "Words of the language" }).click();
    await page.getByPlaceholder("Search words…").fill("stop_loss");
    await page
      .getByRole("option", { name: /^stop_loss/ })
      .first()
      .click();
    await page.locator(".cm-line", { hasText: /^stop_loss = / }).waitFor();
    await page.getByText("No problems.").waitFor();
    expect(await findOverflow(page)).toBe(0);
    expectQuiet(complaints);
    await context.close();
  });
});

describe("versions and the library", () => {
  it("shows what changed between versions, line by line", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies/new?library=golden-cross");
    await page.getByText("No problems.").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/\/strategies\/[0-9a-f-]{36}$/);
    await page.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.insertText("\nsize = 0.5");
    await page.getByRole("button", { name: "Save version 2" }).click();
    await page.getByText(/^Version 2, saved/).waitFor();
    await page.getByRole("button", { name: "Version 2" }).click();
    await page.getByRole("button", { name: "Compare versions" }).click();
    const dialog = page.getByRole("dialog", { name: "Compare versions" });
    await dialog.getByRole("row", { name: /added.*size = 0\.5/ }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "More about this strategy" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete strategy" }).click();
    await page.waitForURL(/\/strategies$/);
    expectQuiet(complaints);
    await context.close();
  });

  it("opens a rule of the library in the editor", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies");
    await page.getByRole("link", { name: "Library" }).click();
    await page.getByRole("searchbox", { name: "Filter the library" }).fill("golden");
    await page.getByText("1 rule", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Open in the editor" }).click();
    await page.waitForURL(/\/strategies\/new\?library=/);
    await page.getByText("No problems.").waitFor();
    expectQuiet(complaints);
    await context.close();
  });
});

describe("the terms of a run", () => {
  it("takes the finer costs, says them in words and asks for them", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies/new?example=SMA%20crossover&symbol=AAPL");
    await page.getByText("No problems.").waitFor();
    await page.getByLabel("From", { exact: true }).fill("2005-13-01");
    await page.getByText("Write a day like 2010-01-31.").waitFor();
    await page.getByLabel("From", { exact: true }).fill("2005-01-03");
    await page.getByRole("button", { name: /^Costs and fills/ }).click();
    await page.getByLabel("Per unit", { exact: true }).fill("0.005");
    await page.getByLabel("At least", { exact: true }).fill("1");
    await page.getByLabel("Borrow rate", { exact: true }).fill("3");
    await page.getByText(/0\.005 USD a unit, at least 1\.00 USD/).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Run backtest" }).click();
    await page.waitForURL(/\/backtests\/[0-9a-f-]{36}$/, { timeout: 40_000 });
    await page.getByRole("heading", { name: "Manifest" }).waitFor({ timeout: 40_000 });
    await page.getByText(/10 bps, 0\.0050 USD a unit, at least 1\.00 USD a fill/).waitFor();
    await page.getByText("3.0% a year on shorts").waitFor();
    expectQuiet(complaints);
    await context.close();
  });
});

describe("a basket", () => {
  it("runs one rule over several instruments with one cash", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies/new?example=SMA%20crossover&symbol=AAPL");
    await page.getByText("No problems.").waitFor();
    await page.getByRole("radio", { name: "Basket" }).click();
    await page.getByText("A basket has 2 to 50 instruments.").waitFor();
    // The picker stays open, so that several are chosen one after the other.
    await page.getByRole("button", { name: "Choose an instrument for the basket" }).click();
    for (const symbol of ["IBM", "MSFT"]) {
      await page.getByPlaceholder("Symbol or name…").fill(symbol);
      await page
        .getByRole("option", { name: new RegExp(`^${symbol}`) })
        .first()
        .click();
    }
    await page.keyboard.press("Escape");
    await page.getByLabel("Slots", { exact: true }).fill("2");
    await page.getByText(/on a basket of 3 instruments \(AAPL, IBM, MSFT\)/).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Run backtest" }).click();
    await page.waitForURL(/\/backtests\/[0-9a-f-]{36}$/, { timeout: 40_000 });
    await page.getByRole("heading", { name: "Manifest" }).waitFor({ timeout: 40_000 });
    await page.getByText("2 slots, equal weights, never rebalanced").waitFor();
    await page.getByRole("columnheader", { name: "Instrument", exact: true }).waitFor();
    await page.getByRole("combobox", { name: "Instrument of the basket" }).click();
    await page.getByRole("option", { name: "MSFT" }).click();
    await page.getByRole("application", { name: "MSFT daily prices with entries and exits" }).waitFor();
    expectQuiet(complaints);
    await context.close();
  });
});
