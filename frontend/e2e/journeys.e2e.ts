import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectQuiet, openBrowser, signInAsDemo, visit } from "./browser";

const DAY_MS = 86_400_000;

/** Weekdays with prices that swing, so that a rule finds entries and exits. */
function makeCsv(rows: number): string {
  const lines = ["Date,Open,High,Low,Close,Volume"];
  let time = Date.UTC(2015, 0, 1);
  for (let made = 0; made < rows; time += DAY_MS) {
    const weekday = new Date(time).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    const open = 100 + 20 * Math.sin(made / 17) + made / 50;
    const close = 100 + 20 * Math.sin((made + 1) / 17) + (made + 1) / 50;
    const cells = [open, Math.max(open, close) + 0.5, Math.min(open, close) - 0.5, close].map((value) =>
      value.toFixed(2),
    );
    lines.push([new Date(time).toISOString().slice(0, 10), ...cells, 1_000 + made].join(","));
    made += 1;
  }
  return lines.join("\n");
}

/** Replaces the rule in the editor, as somebody would by hand. */
async function writeRule(page: Page, source: string): Promise<void> {
  const editor = page.locator(".cm-content");
  await editor.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(source);
  await page.keyboard.press("Escape");
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

describe("a newcomer", () => {
  it("goes from the sign-in page to a finished report in three clicks at most", async () => {
    const { context, page, complaints } = await visit(browser);
    await page.goto("/sign-in");
    let clicks = 0;
    const click = async (name: string | RegExp, role: "button" | "link") => {
      clicks += 1;
      await page.getByRole(role, { name }).first().click();
    };
    await click("Continue as demo", "button");
    await click("Read the report", "link");
    await page.waitForURL(/\/backtests\/[0-9a-f-]{36}$/);
    await page
      .getByRole("heading", {
        name: /^(This answer can be believed|Believe this answer with care|Do not believe this answer)$/,
      })
      .waitFor();
    await page.getByRole("heading", { name: "Entries and exits" }).waitFor();
    expect(clicks).toBeLessThanOrEqual(3);
    expectQuiet(complaints);
    await context.close();
  });

  it("brings own data, writes a rule, mends its error, runs it and reads the report", async () => {
    const { context, page, complaints } = await visit(browser);
    const name = `E2E${Date.now().toString(36).toUpperCase()}`;
    await page.goto("/sign-up");
    await page.getByLabel("Name").fill("Ada");
    await page.getByLabel("E-mail").fill(`${name.toLowerCase()}@flowrex.example`);
    await page.getByLabel("Password", { exact: true }).fill(`${name} is long enough`);
    await page.getByRole("button", { name: /create/i }).click();
    await page.getByRole("heading", { name: /^Welcome/ }).waitFor();

    await page.goto("/markets/import");
    const dropped = await page.evaluateHandle(
      ([file, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text!], file!, { type: "text/csv" }));
        return transfer;
      },
      [`${name}.csv`, makeCsv(600)],
    );
    await page.getByText("Drop a CSV file here").dispatchEvent("drop", { dataTransfer: dropped });
    await page.getByLabel("Symbol").fill(name);
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByText(`600 bars of ${name} stored`).waitFor({ timeout: 40_000 });

    await page.getByRole("link", { name: "Open the chart" }).click();
    await page.waitForURL(/\/chart\?/);
    await page.getByRole("application", { name: `${name} daily price chart` }).waitFor();
    // The legend follows the pointer, which may stand over the chart; the span does not.
    await page
      .getByTestId("span")
      .getByText(/ – 2017-04-19,/)
      .waitFor();

    await page.getByRole("link", { name: "Test an idea" }).click();
    await page.waitForURL(/\/strategies\/new/);
    await writeRule(
      page,
      "enter_long = crossover(smaa(close, 5), sma(close, 20))\nexit_long = close < sma(close, 20)",
    );
    const problem = page.getByRole("button", { name: /Line 1:24/ });
    await problem.waitFor();
    await page.locator(".cm-lintRange-error", { hasText: "smaa" }).waitFor();
    expect(await page.getByRole("button", { name: "Run backtest" }).getAttribute("aria-disabled")).toBe(
      "true",
    );
    await page.getByText("The rule has problems. Correct them to run it.").waitFor();

    await problem.click();
    await page.keyboard.press("ControlOrMeta+ArrowRight");
    await writeRule(
      page,
      "enter_long = crossover(sma(close, 5), sma(close, 20))\nexit_long = close < sma(close, 20)",
    );
    await page.getByText("No problems.").waitFor();
    await page.getByText(`Runs the unsaved rule on ${name} daily bars`).waitFor();
    await page.getByRole("button", { name: "Run backtest" }).click();

    await page.waitForURL(/\/backtests\/[0-9a-f-]{36}$/, { timeout: 40_000 });
    await page.getByRole("heading", { name: `Unsaved rule on ${name}` }).waitFor();
    await page.getByRole("heading", { name: "Trades", exact: true }).waitFor();
    const rows = page.getByRole("region", { name: "Trades", exact: true }).locator("tbody tr");
    await rows.nth(2).waitFor();
    await rows.nth(1).click();
    await page.getByText("Trade 2 is shown in the chart.").waitFor({ state: "attached" });

    await page.getByRole("button", { name: "Export" }).click();
    const waiting = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: "Trades as CSV" }).click();
    const file = await waiting;
    expect(file.suggestedFilename()).toMatch(/-trades\.csv$/);
    const text = (await (await file.createReadStream()).toArray()).join("");
    expect(text.split("\n")[0]).toContain("entry_time");
    expect(text.trim().split("\n")).toHaveLength((await rows.count()) + 1);
    expectQuiet(complaints);
    await context.close();
  });
});

describe("the demo account", () => {
  it("changes parameters, runs a saved rule and saves it as its own", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies/new?example=SMA%20crossover");
    await page.getByText("No problems.").waitFor();
    const fast = page.getByRole("textbox", { name: /^fast/ });
    await fast.fill("15");
    await page.getByText(/With fast 15, slow 30\./).waitFor();
    await fast.fill("4");
    await page.getByText("fast goes from 5 to 50; 15 is kept.").waitFor();
    await page.getByRole("slider", { name: "slow" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByText(/With fast 15, slow 31\./).waitFor();
    await page.getByRole("button", { name: "Write 31 into the rule" }).click();
    await page.locator(".cm-line", { hasText: "slow = param(31, 20, 200)" }).waitFor();

    await page.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+s");
    await page.getByRole("dialog").getByLabel("Name").fill("A crossover of my own");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.waitForURL(/\/strategies\/[0-9a-f-]{36}$/);
    await page.getByRole("heading", { name: "A crossover of my own" }).waitFor();
    await page.getByText(/Runs “A crossover of my own” version 1 on/).waitFor();

    await page.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.waitForURL(/\/backtests\/[0-9a-f-]{36}$/, { timeout: 40_000 });
    await page.getByRole("heading", { name: /^A crossover of my own on/ }).waitFor();
    await page.getByRole("heading", { name: "Manifest" }).waitFor();
    await page.getByText("slow", { exact: true }).first().waitFor();

    await page.getByRole("link", { name: "Edit rule" }).click();
    await page.waitForURL(/\/strategies\/.*run=/);
    await page.locator(".cm-line", { hasText: "param(31" }).waitFor();

    await writeRule(page, "enter_long = close > sma(close, 50)\nexit_long = close < sma(close, 50)");
    await page.getByText("Changed since version 1").waitFor();
    await page.getByRole("button", { name: "Save version 2" }).click();
    await page.getByText(/^Version 2, saved/).waitFor();
    await page.getByRole("button", { name: "Version 2" }).click();
    await page.getByRole("button", { name: /^Version 1/ }).click();
    await page.locator(".cm-line", { hasText: "param(31" }).waitFor();
    await page.getByText(/^Version 1; the latest is 2\./).waitFor();
    await page.getByText(/Runs “A crossover of my own” version 1 on/).waitFor();
    await page.getByRole("button", { name: "More about this strategy" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete strategy" }).click();
    await page.waitForURL(/\/strategies$/);
    expectQuiet(complaints);
    await context.close();
  });

  it("is asked before changes are lost, and gets them back", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/strategies/new");
    await writeRule(page, "enter_long = close > sma(close, 50)");
    await page.getByText("No problems.").waitFor();
    await page.getByRole("link", { name: "Markets" }).first().click();
    const question = page.getByRole("alertdialog", { name: "Leave without saving?" });
    await question.getByRole("button", { name: "Stay" }).click();
    await page.getByRole("link", { name: "Markets" }).first().click();
    await question.getByRole("button", { name: "Leave" }).click();
    await page.waitForURL(/\/markets$/);
    await page.goBack();
    await page.getByText("Changes you had not saved are back.").waitFor();
    await page.locator(".cm-line", { hasText: "close > sma(close, 50)" }).waitFor();
    await page.getByRole("button", { name: "Discard them" }).click();
    await page.getByText("Write a rule: a name").waitFor();
    expectQuiet(complaints);
    await context.close();
  });

  it("finds the chart as its address says it, after a reload and on the way back", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/chart?symbol=AAPL&interval=1day&range=1Y&ind=sma:20,rsi:14&adjust=splits");
    const chart = page.getByRole("application", { name: "AAPL daily price chart" });
    await chart.waitFor();
    await page.getByRole("button", { name: "SMA 20: change settings" }).waitFor();
    await page.getByTestId("legend").getByText("SMA 20").waitFor();

    await page.getByRole("radio", { name: "5 years" }).click();
    await expect.poll(() => page.url()).toContain("range=5Y");
    await page.getByRole("button", { name: "1W, weekly" }).click();
    await expect.poll(() => page.url()).toContain("interval=1week");
    await page.getByRole("application", { name: "AAPL weekly price chart" }).waitFor();
    await page.getByRole("radio", { name: "Raw" }).click();
    await page.getByRole("radio", { name: "Log" }).click();
    await expect.poll(() => page.url()).toContain("adjust=none&scale=log");

    const address = page.url();
    await page.reload();
    await page.getByRole("application", { name: "AAPL weekly price chart" }).waitFor();
    expect(page.url()).toBe(address);
    expect(await page.getByRole("radio", { name: "5 years" }).getAttribute("aria-checked")).toBe("true");
    expect(await page.getByRole("radio", { name: "Raw" }).getAttribute("aria-checked")).toBe("true");
    await page.getByRole("button", { name: "RSI 14: change settings" }).waitFor();

    await page.goBack();
    await expect.poll(() => page.url()).not.toContain("scale=log");
    await page.goBack();
    await expect.poll(() => page.url()).toContain("adjust=splits");
    expectQuiet(complaints);
    await context.close();
  });

  it("leaves a phone's screen to the chart, its tools in one row each", async () => {
    const { context, page, complaints } = await visit(browser, { width: "phone" });
    await signInAsDemo(page);
    await page.goto("/chart?symbol=AAPL&interval=1day");
    const chart = page.getByRole("application", { name: "AAPL daily price chart" });
    await page.getByTestId("legend").waitFor();
    expect((await chart.boundingBox())!.height).toBeGreaterThan(420);
    // The chosen interval is in sight, and so is the symbol.
    for (const name of [/^1D, daily/, /^Symbol: AAPL/]) {
      const box = (await page.getByRole("button", { name }).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(390);
    }
    await page.getByRole("button", { name: "Drawing tools" }).click();
    await page.getByRole("button", { name: "Trend line" }).click();
    await page.getByText("Trend line: press twice, at the start and at the end").waitFor();
    expectQuiet(complaints);
    await context.close();
  });

  it("gives the wished interval back after a symbol that has none such", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/chart?symbol=AAPL&interval=1min&range=1D");
    await expect.poll(() => page.url()).toContain("interval=1day&range=1Y");
    await page.getByRole("button", { name: /^Symbol: AAPL/ }).click();
    const asked: string[] = [];
    page.on("framenavigated", () => asked.push(page.url()));
    await page.getByRole("option", { name: /^IBM/ }).click();
    await page.getByRole("application", { name: "IBM daily price chart" }).waitFor();
    expect(asked.join()).toContain("symbol=IBM&interval=1min&range=1D");
    expectQuiet(complaints);
    await context.close();
  });

  it("says why an interval cannot be had", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/chart?symbol=AAPL");
    await page.getByTestId("legend").waitFor();
    const minute = page.getByRole("button", { name: "1m, 1 minute, not available" });
    expect(await minute.getAttribute("aria-disabled")).toBe("true");
    await minute.hover();
    await page
      .getByRole("tooltip", { name: /cannot be made from the stored daily bars/ })
      .waitFor({ state: "attached" });
    await minute.click({ force: true });
    await page
      .locator("[data-sonner-toast]", { hasText: "cannot be made from the stored daily bars" })
      .waitFor();
    expectQuiet(complaints);
    await context.close();
  });

  it("steers the chart by keyboard and loads older bars at its left end", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/chart?symbol=IBM&interval=1day&range=6M");
    const chart = page.getByRole("application", { name: "IBM daily price chart" });
    await chart.waitFor();
    await page.getByTestId("legend").getByText("2013-03-01").waitFor();
    await chart.focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.getByTestId("legend").getByText("2013-02-28").waitFor();
    await page.locator("[aria-live=polite]", { hasText: /^2013-02-28: open/ }).waitFor({ state: "attached" });
    await page.keyboard.press("+");
    await expect.poll(() => page.url()).toContain("from=");
    for (let i = 0; i < 8; i += 1) await page.keyboard.press("PageUp");
    await expect.poll(() => new URL(page.url()).searchParams.get("from")! < "2012-01-01").toBe(true);
    for (let i = 0; i < 4; i += 1) {
      await page.keyboard.press("Home");
      await page.waitForTimeout(400);
    }
    await expect
      .poll(() => new URL(page.url()).searchParams.get("from"), { timeout: 15_000 })
      .toBe("2000-03-01");

    // A range goes over what a hand did, and the way back brings the hand's view again.
    const span = page.getByTestId("span");
    await page.getByRole("radio", { name: "1 month" }).click();
    await span.getByText(/^2013-02-01/).waitFor();
    await page.goBack();
    await span.getByText(/^2000-03-01/).waitFor();
    expectQuiet(complaints);
    await context.close();
  });

  it("switches between dark and light everywhere at once, and for good", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/settings");
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains("dark"));
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await isDark()).toBe(true);
    const dark = await background();
    await page.getByRole("radio", { name: "Light" }).click();
    await expect.poll(isDark).toBe(false);
    expect(await background()).not.toBe(dark);
    await page.goto("/chart?symbol=AAPL");
    expect(await isDark()).toBe(false);
    expectQuiet(complaints);
    await context.close();
  });

  it("is told plainly what is not there", async () => {
    const { context, page, complaints } = await visit(browser);
    await signInAsDemo(page);
    await page.goto("/backtests/00000000-0000-7000-8000-000000000000");
    await page.getByRole("heading", { name: "There is no such run" }).waitFor();
    await page.goto("/chart?symbol=NOSUCH");
    await page.getByRole("heading", { name: "There is no instrument NOSUCH" }).waitFor();
    await page.goto("/strategies/00000000-0000-7000-8000-000000000000");
    await page.getByRole("heading", { name: "There is no such strategy" }).waitFor();
    await page.goto("/backtests/no-id-at-all");
    await page.getByRole("heading", { name: "There is no such run" }).waitFor();
    expectQuiet(complaints, [/status of 404/]);
    await context.close();
  });
});
