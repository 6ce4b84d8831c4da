import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectQuiet, openBrowser, visit } from "./browser";

/** A made-up coin: it trades around the clock, and its prices move every second. */
const SYMBOL = "SIM-COIN";
const MINUTES = `/chart?symbol=${SYMBOL}&interval=1min&range=1D&adjust=splits`;

async function signUp(page: Page): Promise<void> {
  const name = `live${Date.now().toString(36)}`;
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Lise");
  await page.getByLabel("E-mail").fill(`${name}@flowrex.example`);
  await page.getByLabel("Password", { exact: true }).fill(`${name} is long enough`);
  await page.getByRole("button", { name: /create/i }).click();
  await page.getByRole("heading", { name: /^Welcome/ }).waitFor();
}

const legend = (page: Page) => page.getByTestId("legend").first();
const drawings = (page: Page, count: number) => page.getByRole("button", { name: `Drawings: ${count}` });

async function drawLine(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Horizontal line" }).first().click();
  const chart = page.getByRole("application").first();
  const box = (await chart.boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * 0.35);
  await drawings(page, 1).waitFor();
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

describe("a market that lives", () => {
  it("is found, added, seen filling, starred, drawn on, watched by an alert that fires, and replayed", async () => {
    const { context, page, complaints } = await visit(browser);
    await signUp(page);

    // search and add
    await page.goto("/markets/add");
    await page.getByLabel("Symbol or name").fill(SYMBOL);
    await page.getByRole("button", { name: new RegExp(`^Add ${SYMBOL},`) }).click();
    await page.waitForURL(/\/chart\?symbol=SIM-COIN/);

    // it fills, and the last bar lives
    await page.goto(MINUTES);
    await legend(page).waitFor({ timeout: 60_000 });
    await page.getByTestId("live-badge").getByText("Simulated").first().waitFor({ timeout: 45_000 });
    const before = await legend(page).innerText();
    await expect.poll(() => legend(page).innerText(), { timeout: 30_000 }).not.toBe(before);

    // star it
    await page
      .getByRole("button", { name: `Star ${SYMBOL}` })
      .first()
      .click();
    await page.getByRole("complementary", { name: "Watchlist" }).getByText(SYMBOL).first().waitFor();

    // draw a line; it stays
    await drawLine(page);
    await page.reload();
    await drawings(page, 1).waitFor();

    // an alert on the line, and one that fires at the next price
    await page.getByRole("link", { name: "Alert", exact: true }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("radio", { name: "Drawing" }).click();
    await dialog.getByRole("combobox", { name: "Drawing" }).click();
    await page.getByRole("option").first().click();
    await dialog.getByRole("radio", { name: "At every price" }).click();
    await dialog.getByRole("button", { name: "Set alert" }).click();
    await dialog.waitFor({ state: "detached" });

    await page.goto(`/alerts/new?symbol=${SYMBOL}&interval=1min`);
    await dialog.getByRole("radio", { name: "Rule" }).click();
    await dialog.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText("close > 0");
    await dialog.getByRole("radio", { name: "At every price" }).click();
    await dialog.getByLabel(/^Name/).fill("Any price");
    await dialog.getByRole("button", { name: "Set alert" }).click();
    await page
      .getByRole("region", { name: "What fired" })
      .getByText("Any price")
      .first()
      .waitFor({ timeout: 60_000 });
    expect(await page.getByRole("region", { name: "Alerts" }).getByRole("listitem").count()).toBe(2);

    // yesterday again, bar by bar, and nothing after it
    await page.goto(MINUTES);
    await legend(page).waitFor();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByRole("button", { name: /^Replay .* bars$/ }).click();
    const position = page.getByTestId("replay-position");
    await position.waitFor();
    const first = await position.innerText();
    await page.getByRole("button", { name: "One bar on" }).click();
    await expect.poll(() => position.innerText()).not.toBe(first);
    const now = await position.innerText();
    await expect.poll(() => legend(page).innerText()).toContain(now.slice(0, 10));
    const seen = /\d{4}-\d\d-\d\d \d\d:\d\d/.exec(await legend(page).innerText());
    expect(seen?.[0] && seen[0] <= now).toBeTruthy();
    await page.getByRole("button", { name: "Back to the present" }).click();
    await position.waitFor({ state: "detached" });

    // found again from anywhere
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("dialog").getByRole("combobox").fill(SYMBOL);
    await page
      .getByRole("option", { name: new RegExp(SYMBOL) })
      .first()
      .waitFor();
    expectQuiet(complaints);
    await context.close();
  });
});
