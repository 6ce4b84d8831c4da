import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectQuiet, findFaults, findOverflow, openBrowser, settle, signInAsDemo, visit } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Opens the newest finished report of the demo account. */
async function openReport(page: Page): Promise<void> {
  await signInAsDemo(page);
  await page.goto("/backtests");
  await page.locator('tbody a[href^="/backtests/"]').first().click();
  await page.getByRole("heading", { name: "Manifest" }).waitFor();
}

describe("a report", () => {
  it("opens the pictures of its checks in place, and by a link", async () => {
    const { context, page, complaints } = await visit(browser);
    await openReport(page);
    await page.getByRole("button", { name: /^Show .*: Chance$/ }).click();
    const pictures = page.locator("#check-chance figure");
    await pictures.first().waitFor();
    expect(await pictures.first().locator("svg rect, svg path").count()).toBeGreaterThan(3);
    await page.locator("#check-chance").getByText("Thresholds.").waitFor();
    await page.goto(`${page.url()}#check-robustness`);
    await page.locator("#check-robustness").getByText("Thresholds.").waitFor();
    // What stands half below the bar in view would count as a small target.
    await page.evaluate(() => window.scrollTo(0, 0));
    expect(await findFaults(page)).toEqual([]);
    expectQuiet(complaints);
    await context.close();
  });

  it("holds the whole tear sheet, and its own navigation leads there", async () => {
    const { context, page, complaints } = await visit(browser);
    await openReport(page);
    const nav = page.getByRole("navigation", { name: "In this report" });
    for (const [link, heading] of [
      ["Returns", "Return by month"],
      ["Risk", "Rolling Sharpe"],
      ["Trading", "Worst and best while held"],
      ["Trades", "Entries and exits"],
    ] as const) {
      await nav.getByRole("link", { name: link, exact: true }).click();
      const title = page.getByRole("heading", { name: new RegExp(`^${heading}`) });
      await expect.poll(async () => (await title.boundingBox())?.y ?? -1).toBeLessThan(400);
      expect((await title.boundingBox())!.y).toBeGreaterThan(30);
    }
    for (const name of [
      "Deepest drawdowns",
      "Distribution of returns",
      "Exposure",
      "Turnover by year",
      "Trades by weekday",
    ])
      await page.getByRole("heading", { name: new RegExp(`^${name}`) }).waitFor();
    expectQuiet(complaints);
    await context.close();
  });

  it.each(["Report as HTML", "Report as JSON", "Trades as CSV", "Equity as CSV", "Picture (PNG)"])(
    "is kept as a file: %s",
    async (name) => {
      const { context, page, complaints } = await visit(browser);
      await openReport(page);
      await settle(page);
      await page.getByRole("button", { name: "Export" }).click();
      const waiting = page.waitForEvent("download", { timeout: 60_000 });
      await page.getByRole("menuitem", { name }).click();
      const file = await waiting;
      const bytes = Buffer.concat(await (await file.createReadStream()).toArray());
      expect(bytes.length).toBeGreaterThan(500);
      const head = bytes.subarray(0, 400).toString("utf8");
      if (name.includes("PNG")) {
        expect(bytes.subarray(1, 4).toString()).toBe("PNG");
        // Width and height stand in the header: a whole page is much higher than wide.
        expect(bytes.readUInt32BE(20)).toBeGreaterThan(2 * bytes.readUInt32BE(16));
      } else if (name.includes("HTML")) expect(head.toLowerCase()).toContain("<!doctype html>");
      else if (name.includes("JSON")) JSON.parse(bytes.toString("utf8"));
      else expect(head).toMatch(/time/);
      expectQuiet(complaints);
      await context.close();
    },
  );

  it("prints every check open, on pages of one width", async () => {
    const { context, page } = await visit(browser, { theme: "dark" });
    await openReport(page);
    await settle(page);
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await page.locator("#check-chance").getByText("Thresholds.").waitFor();
    await page.waitForTimeout(600);
    await page.emulateMedia({ media: "print" });
    const nav = page.getByRole("navigation", { name: "In this report" });
    expect(await nav.isVisible()).toBe(false);
    const ground = await page.evaluate(() =>
      getComputedStyle(document.body).getPropertyValue("--card").trim(),
    );
    expect(ground).toMatch(/^#(fff|ffffff)$/);
    // What is wider than the sheet would be cut.
    const wide = await page.evaluate(() => {
      const sheet = document.querySelector("main")!.getBoundingClientRect().right;
      return [...document.querySelectorAll("main figure, main canvas, main figure svg")]
        .filter((part) => part.getBoundingClientRect().right > sheet + 1)
        .map((part) => part.outerHTML.slice(0, 120));
    });
    expect(wide).toEqual([]);
    await context.close();
  });
});

describe("sharing", () => {
  it("makes a link that strangers read, until it is revoked", async () => {
    const { context, page, complaints } = await visit(browser);
    await openReport(page);
    const title = await page.getByRole("heading", { level: 1 }).textContent();
    await page.getByRole("button", { name: "Share" }).click();
    const dialog = page.getByRole("dialog", { name: "Share this report" });
    await dialog.getByText("No link to this report works at present.").waitFor();
    await dialog.getByRole("button", { name: "Make a link" }).click();
    const address = await dialog.getByLabel("The new link").inputValue();
    expect(address).toMatch(/\/shared\/[\w-]{20,}$/);
    expect(await findFaults(page)).toEqual([]);

    const stranger = await visit(browser, { width: "phone", theme: "light" });
    await stranger.page.goto(address);
    await stranger.page.getByRole("heading", { name: title! }).waitFor();
    await stranger.page.getByRole("heading", { name: "Rule and terms" }).waitFor();
    await settle(stranger.page);
    expect(await stranger.page.locator('meta[name="robots"]').getAttribute("content")).toContain("noindex");
    expect(await findOverflow(stranger.page)).toBe(0);
    expect(await findFaults(stranger.page)).toEqual([]);

    await dialog.getByRole("button", { name: /^Revoke/ }).click();
    await dialog.getByText("No link to this report works at present.").waitFor();
    await stranger.page.reload();
    await stranger.page.getByRole("heading", { name: "This link shows no report" }).waitFor();
    expectQuiet(stranger.complaints, [/status of 404/]);
    expectQuiet(complaints);
    await stranger.context.close();
    await context.close();
  });
});

describe("comparing", () => {
  it("sets ticked runs beside each other", async () => {
    const { context, page, complaints } = await visit(browser);
    await openReport(page);
    await page.getByRole("button", { name: "Run again" }).click();
    await page.getByRole("heading", { name: "Manifest" }).waitFor({ timeout: 40_000 });
    await page.goto("/backtests");
    const ticks = page.getByRole("checkbox", { name: /^Compare / });
    await ticks.nth(0).click();
    await page.getByText("1 run ticked; tick another one to compare").waitFor();
    await ticks.nth(1).click();
    await page.getByRole("link", { name: "Compare" }).click();
    await page.waitForURL(/\/backtests\/compare\?ids=/);
    await page.getByRole("application", { name: /^Equity of the compared runs/ }).waitFor();
    await page.getByRole("rowheader", { name: "Sharpe", exact: true }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.goto("/backtests/compare?ids=rubbish");
    await page.getByRole("heading", { name: "Nothing to compare yet" }).waitFor();
    expectQuiet(complaints);
    await context.close();
  });
});
