import { describe, expect, it } from "vitest";

import { guessInterval, guessSymbol, previewCsv, readHead, splitLine, UnreadableFile } from "./csv-preview";
import { readTimes } from "./csv-times";

const daily = (lines: string[]) => previewCsv(lines.join("\n"), "x.csv", true);
const rolesOf = (lines: string[]) =>
  Object.fromEntries([...daily(lines).roles].map(([at, role]) => [role, at]));
const iso = (seconds: number | null | undefined) =>
  seconds === null || seconds === undefined ? null : new Date(seconds * 1000).toISOString().slice(0, 16);

describe("the layout", () => {
  it("reads a file as finance sites give it, newest first, with an adjusted close that is no close", () => {
    const preview = daily([
      "Date,Open,High,Low,Close,Adj Close,Volume",
      "2013-03-01,10,12,9,11,5,100",
      "2013-02-28,10,12,9,11,5,100",
    ]);
    expect(preview.delimiter).toBe(",");
    expect(preview.names[4]).toBe("Close");
    expect([...preview.roles]).toEqual([
      [0, "time"],
      [1, "open"],
      [2, "high"],
      [3, "low"],
      [4, "close"],
      [6, "volume"],
    ]);
    expect(preview.order).toBe("newest first");
    expect(preview.interval).toBe("1day");
    expect(preview.time.style).toBe("date");
  });

  it("takes semicolons, decimal commas and a banner", () => {
    const preview = daily([
      "Exported by somebody",
      "",
      "date;open;high;low;close",
      "01.03.2013;1,5;2,5;1,25;2,0",
    ]);
    expect(preview.delimiter).toBe(";");
    expect(preview.bannerLines).toBe(2);
    expect(preview.decimalComma).toBe(true);
    expect(iso(preview.time.seconds[0])).toBe("2013-03-01T00:00");
  });

  it("takes thousands with commas in quotes for what they are", () => {
    const preview = daily([
      "date,open,high,low,close",
      '2020-01-01,"1,200.50","1,300.00","1,100.00","1,250.00"',
    ]);
    expect(preview.decimalComma).toBe(false);
    expect(preview.rows[0]![1]).toBe("1,200.50");
  });

  it("finds columns in a file without a header, the time in two cells", () => {
    expect(
      rolesOf(["2020.01.02\t09:30\t1\t2\t0.5\t1.5\t300", "2020.01.02\t09:31\t1\t2\t0.5\t1.5\t300"]),
    ).toEqual({
      time: 1,
      open: 2,
      high: 3,
      low: 4,
      close: 5,
      volume: 6,
    });
  });

  it("lets exact names win over others and ignores columns it does not know", () => {
    const roles = rolesOf([
      "unix,symbol,open,high,low,close,volume_btc,volume",
      "1577836800,BTCUSD,1,2,0.5,1.5,7,8",
      "1577840400,BTCUSD,1,2,0.5,1.5,7,8",
    ]);
    expect(roles).toMatchObject({ time: 0, volume: 7 });
  });

  it("says what is missing", () => {
    expect(() => daily(["date,open,high,close", "2020-01-01,1,2,1"])).toThrow("no column for low");
    expect(() => daily(["hello", "world"])).toThrow(UnreadableFile);
    expect(() => daily(["", " "])).toThrow("empty");
  });

  it("leaves the line out in which the head was cut", () => {
    const head = "date,open,high,low,close\n2020-01-01,1,2,1,1\n2020-01-02,1,2";
    expect(previewCsv(head, "x.csv", false).rows).toHaveLength(1);
    expect(previewCsv(`${head},1,1`, "x.csv", true).rows).toHaveLength(2);
  });

  it("splits quoted cells", () => {
    expect(splitLine('a,"b,c","d""e", f ', ",")).toEqual(["a", "b,c", 'd"e', "f"]);
  });
});

describe("times", () => {
  it.each([
    ["2019-10-17 09-AM", "2019-10-17T09:00"],
    ["2019-10-17 12-AM", "2019-10-17T00:00"],
    ["17.10.2019 09:30:15.250", "2019-10-17T09:30"],
    ["2019-10-17T09:30:00Z", "2019-10-17T09:30"],
    ["2019-10-17 09:30:00-04:00", "2019-10-17T13:30"],
    ["10/17/2019 1:05 PM", "2019-10-17T13:05"],
    ["17/10/2019", "2019-10-17T00:00"],
    ["17-Oct-19", "2019-10-17T00:00"],
    ["Oct 17, 2019", "2019-10-17T00:00"],
    ["20191017", "2019-10-17T00:00"],
    ["20191017 093000", "2019-10-17T09:30"],
    ["1571304600", "2019-10-17T09:30"],
    ["1571304600000", "2019-10-17T09:30"],
  ])("%s is %s", (cell, expected) => {
    expect(iso(readTimes([cell]).seconds[0])).toBe(expected);
  });

  it.each(["2019-13-01", "2019-02-30", "32.01.2019", "2019-10-17 25:00", "hello", "12"])(
    "%s is none",
    (cell) => {
      expect(readTimes([cell]).seconds[0]).toBeNull();
    },
  );

  it("decides day and month over the whole column", () => {
    expect(readTimes(["01/02/2020", "13/02/2020"])).toMatchObject({
      isAmbiguous: false,
      label: "day/month/year",
    });
    expect(readTimes(["01/02/2020", "02/13/2020"])).toMatchObject({
      isAmbiguous: false,
      label: "month/day/year",
    });
    expect(iso(readTimes(["01/02/2020", "13/02/2020"]).seconds[0])).toBe("2020-02-01T00:00");
  });

  it("says so when it cannot be decided, and believes the person", () => {
    const open = readTimes(["01/02/2020", "03/04/2020"]);
    expect(open.isAmbiguous).toBe(true);
    expect(iso(readTimes(["01/02/2020"], "dmy").seconds[0])).toBe("2020-02-01T00:00");
    expect(iso(readTimes(["01/02/2020"], "mdy").seconds[0])).toBe("2020-01-02T00:00");
  });

  it("is not in doubt where both readings are the same", () => {
    expect(readTimes(["05/05/2020"]).isAmbiguous).toBe(false);
  });
});

describe("guesses", () => {
  it("takes the most frequent spacing for the interval", () => {
    const day = 86_400;
    expect(guessInterval([0, day, 4 * day, 5 * day, 6 * day])).toBe("1day");
    expect(guessInterval([600, 540, 480, 60, 0])).toBe("1min");
    expect(guessInterval([0, 31 * day, 59 * day, 90 * day, 120 * day])).toBe("1month");
    expect(guessInterval([0, null, 777])).toBeNull();
    expect(guessInterval([0])).toBeNull();
  });

  it.each([
    ["AAPL.csv", "AAPL"],
    ["aapl_daily.csv", "AAPL"],
    ["btc-usd 1h (2).csv", "BTC-USD"],
    ["BRK.B_2020.csv", "BRK.B"],
    ["daily_IBM.csv", "IBM"],
    ["EURUSD-5min.txt", "EURUSD"],
    ["data.csv", ""],
    ["^GSPC.csv", "GSPC"],
  ])("%s holds %s", (name, symbol) => {
    expect(guessSymbol(name)).toBe(symbol);
  });
});

describe("the head", () => {
  it("refuses archives with a word on what to do", async () => {
    await expect(readHead(new Blob([new Uint8Array([0x1f, 0x8b, 8])]))).rejects.toThrow("Unpack");
  });

  it("reads wide text", async () => {
    const text = "\uFEFFdate";
    const bytes = new Uint8Array(Uint16Array.from([...text].map((char) => char.charCodeAt(0))).buffer);
    expect(
      previewCsv(`${await readHead(new Blob([bytes]))},open,high,low,close\n2020-01-01,1,2,1,1`, "x", true)
        .names[0],
    ).toBe("date");
  });
});
