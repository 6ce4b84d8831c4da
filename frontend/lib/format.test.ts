import { describe, expect, it } from "vitest";

import * as format from "./format";

describe("figures", () => {
  it("have signs that can be read without colour", () => {
    expect(format.formatPercent(0.1234, { signed: true })).toBe("+12.3%");
    expect(format.formatPercent(-0.1234, { signed: true })).toBe("−12.3%");
    expect(format.formatPercent(0, { signed: true })).toBe("0.0%");
    expect(format.formatPercent(0.0042, { signed: true })).toBe("+0.42%");
    expect(format.formatPercent(0.00999)).toBe("1.0%");
    expect(format.formatPercent(0.1234, { signed: true, digits: 2 })).toBe("+12.34%");
    expect(format.formatNumber(-1234.5)).toBe("−1,234.5");
    expect(format.formatCount(1234567)).toBe("1,234,567");
  });

  it("do not show −0", () => {
    expect(format.formatPercent(-0.000001)).toBe("0.0%");
  });

  it.each([null, undefined, Number.NaN, Infinity])("show a dash for %s", (value) => {
    expect(format.formatNumber(value)).toBe("–");
    expect(format.formatPercent(value)).toBe("–");
    expect(format.formatPrice(value)).toBe("–");
    expect(format.formatMoney(value, "USD")).toBe("–");
  });

  it.each([
    [186.28, "186.28"],
    [1234.5, "1,234.50"],
    [1.08452, "1.0845"],
    [0.123456789, "0.12346"],
    [0.00001234, "0.00001234"],
    [0, "0.00"],
  ])("price %s is %s", (value, text) => {
    expect(format.formatPrice(value)).toBe(text);
  });

  it("take money as the decimal string it comes as", () => {
    expect(format.formatMoney("5454497.97", "USD")).toBe("5,454,497.97 USD");
    expect(format.formatMoney("not money", "USD")).toBe("–");
  });

  it("print sizes and counts with their words", () => {
    expect(format.formatBytes(999)).toBe("999 B");
    expect(format.formatBytes(64_000)).toBe("64.0 kB");
    expect(format.formatBytes(210_000_000)).toBe("210 MB");
    expect(format.formatPlural(1, "bar")).toBe("1 bar");
    expect(format.formatPlural(1200, "bar")).toBe("1,200 bars");
  });
});

describe("times", () => {
  it("are UTC, from seconds or text", () => {
    expect(format.formatDate(1_362_096_000)).toBe("2013-03-01");
    expect(format.formatDateTime("2013-03-01T09:30:00-05:00")).toBe("2013-03-01 14:30");
    expect(format.formatDate("nonsense")).toBe("–");
    expect(format.formatDate(null)).toBe("–");
  });

  it("say how long ago", () => {
    const now = new Date("2026-01-02T12:00:00Z");
    expect(format.formatAgo("2026-01-02T11:59:30Z", now)).toBe("just now");
    expect(format.formatAgo("2026-01-02T11:00:00Z", now)).toBe("1 hour ago");
    expect(format.formatAgo("2026-01-01T12:00:00Z", now)).toBe("yesterday");
  });
});
