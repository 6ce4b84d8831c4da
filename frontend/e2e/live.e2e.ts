import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { formatPrice } from "../lib/format";
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
const isSeen = (what: Locator, timeout: number) =>
  what.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
const drawings = (page: Page, count: number) => page.getByRole("button", { name: `Drawings: ${count}` });

/** Draws a horizontal line at a part of the chart's height, 0 at its top; the price that it stands at. */
async function drawLine(page: Page, height: number): Promise<number> {
  await page.getByRole("button", { name: "Horizontal line" }).first().click();
  const chart = page.getByRole("application").first();
  const box = (await chart.boundingBox())!;
  const kept = page.waitForResponse(
    (answer) => answer.request().method() === "POST" && new URL(answer.url()).pathname === "/api/v1/drawings",
  );
  await page.mouse.click(box.x + box.width * 0.5, box.y + box.height * height);
  const drawing = (await (await kept).json()) as { points: { price: number }[] };
  return drawing.points[0]!.price;
}

/** Two lines tell how prices lie on the screen; the third goes to where the price is now, to be crossed. */
async function drawLineAtThePrice(page: Page, drawnBefore: number): Promise<string> {
  const price = Number(/C\s*([\d.,]+)/.exec(await legend(page).innerText())![1]!.replaceAll(",", ""));
  const upper = await drawLine(page, 0.3);
  const lower = await drawLine(page, 0.6);
  const drawn = await drawLine(page, 0.3 + (0.3 * (upper - price)) / (upper - lower));
  await drawings(page, drawnBefore + 3).waitFor();
  // Under the pointer the legend tells of the bar there; away from the chart, of the last one.
  const pointed = (await legend(page).innerText()).slice(0, 16);
  await page.mouse.move(0, 0);
  await expect.poll(async () => (await legend(page).innerText()).slice(0, 16)).not.toBe(pointed);
  return formatPrice(drawn);
}

async function setAlertOnLine(page: Page, drawnAt: string): Promise<void> {
  await page.getByRole("link", { name: "Alert", exact: true }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Drawing" }).click();
  await dialog.getByRole("combobox", { name: "Drawing" }).click();
  await page
    .getByRole("option", { name: `Horizontal line at ${drawnAt}` })
    .first()
    .click();
  await dialog.getByRole("radio", { name: "At every price" }).click();
  await dialog.getByLabel(/^Name/).fill("The line");
  await dialog.getByRole("button", { name: "Set alert" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** Bars of a replay that came over the wire though they were not over at its position. */
function watchForFutureBars(page: Page): { bars: number; future: string[] } {
  const seen = { bars: 0, future: [] as string[] };
  page.on("response", async (answer) => {
    const path = new URL(answer.url()).pathname;
    if (!/^\/api\/v1\/replays\/[^/]+\/bars$/.test(path) || !answer.ok()) return;
    const told = (await answer.json()) as { position_at: string; time: number[] };
    seen.bars += told.time.length;
    const position = Date.parse(told.position_at) / 1000;
    seen.future.push(
      ...told.time.filter((time) => time + 60 > position).map((time) => `${time} at ${position}`),
    );
  });
  return seen;
}

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

describe("a market that lives", () => {
  it(
    "is found, added, seen filling, starred, drawn on, watched by an alert that fires, and replayed",
    { timeout: 420_000 },
    async () => {
      const { context, page, complaints } = await visit(browser);
      await signUp(page);

      // search and add
      await page.goto("/markets/add");
      await page.getByLabel("Symbol or name").fill(SYMBOL);
      await page.getByRole("button", { name: new RegExp(`^Add ${SYMBOL},`) }).click();
      await page.waitForURL(/\/chart\?symbol=SIM-COIN/);

      // it fills, and the last bar lives
      await expect
        .poll(
          async () => {
            await page.goto(MINUTES);
            return legend(page).innerText({ timeout: 60_000 });
          },
          { timeout: 60_000, interval: 1_000 },
        )
        .toMatch(/\d\d:\d\d/);
      await page.getByTestId("live-badge").getByText("Simulated").first().waitFor({ timeout: 45_000 });
      const before = await legend(page).innerText();
      await expect.poll(() => legend(page).innerText(), { timeout: 30_000 }).not.toBe(before);

      // star it
      await page
        .getByRole("button", { name: `Star ${SYMBOL}` })
        .first()
        .click();
      await page.getByRole("complementary", { name: "Watchlist" }).getByText(SYMBOL).first().waitFor();

      // its row on the list lives too
      const row = page.getByRole("complementary", { name: "Watchlist" });
      const price = await row.innerText();
      await expect.poll(() => row.innerText(), { timeout: 30_000 }).not.toBe(price);

      // draw a line; it stays
      let drawnAt = await drawLineAtThePrice(page, 0);
      await page.reload();
      await drawings(page, 3).waitFor();

      // an alert on the line, and one by a rule
      await setAlertOnLine(page, drawnAt);
      const dialog = page.getByRole("dialog");
      await page.goto(`/alerts/new?symbol=${SYMBOL}&interval=1min`);
      await dialog.getByRole("radio", { name: "Rule" }).click();
      await dialog.locator(".cm-content").click();
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.insertText("close > 0");
      await dialog.getByRole("radio", { name: "At every price" }).click();
      await dialog.getByLabel(/^Name/).fill("Any price");
      await dialog.getByRole("button", { name: "Set alert" }).click();
      const fired = page.getByRole("region", { name: "What fired" });
      await fired.getByText("Any price").first().waitFor({ timeout: 60_000 });
      // Where prices wander off from a line before they cross it, the next one is drawn where they are by then.
      let lines = 1;
      for (; !(await isSeen(fired.getByText("The line").first(), 30_000)) && lines < 6; lines++) {
        await page.goto(MINUTES);
        await drawings(page, 3 * lines).waitFor();
        drawnAt = await drawLineAtThePrice(page, 3 * lines);
        await setAlertOnLine(page, drawnAt);
        await page.goto("/alerts");
      }
      await fired.getByText("The line").first().waitFor();
      const watched = page.getByRole("region", { name: "Alerts" }).getByRole("listitem");
      expect(await watched.count()).toBe(lines + 1);

      // yesterday again, bar by bar, and nothing after it
      await page.goto(MINUTES);
      await legend(page).waitFor();
      const replayed = watchForFutureBars(page);
      await page.getByRole("button", { name: "Replay", exact: true }).click();
      const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      await page.getByLabel("Begin on").fill(yesterday);
      await page.getByRole("button", { name: /^Replay .* bars$/ }).click();
      const position = page.getByTestId("replay-position");
      await position.waitFor();
      const first = await position.innerText();
      expect(first.slice(0, 10)).toBe(yesterday);
      await page.getByRole("button", { name: "One bar on" }).click();
      await expect.poll(() => position.innerText()).not.toBe(first);
      const now = await position.innerText();
      await expect.poll(() => legend(page).innerText()).toContain(now.slice(0, 10));
      const seen = /\d{4}-\d\d-\d\d \d\d:\d\d/.exec(await legend(page).innerText());
      expect(seen?.[0] && seen[0] <= now).toBeTruthy();
      expect(replayed.bars).toBeGreaterThan(0);
      expect(replayed.future).toEqual([]);
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
    },
  );
});
