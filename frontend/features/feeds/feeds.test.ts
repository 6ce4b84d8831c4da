import { describe, expect, it } from "vitest";

import { describeBackfill, holdBackfill, sayUntil } from "@/features/feeds/backfill-words";
import { drawCoverage, sortHoles } from "@/features/feeds/coverage-line";
import { formatAge, sayCoverage, sayFreshness, sayHoles } from "@/features/feeds/coverage-words";
import { bodyToAdd, suggestSymbol, USUAL_HISTORY } from "@/features/feeds/history-choice";
import { describeProvider, sayQuota } from "@/features/feeds/provider-words";
import { findUsualStretch, readStretch } from "@/features/feeds/stretch";
import { SYMBOL } from "@/features/market/labels";
import type { BackfillRead, ProviderRead, SeriesCoverage } from "@/lib/api/generated";

const NOW = new Date("2026-12-01T10:00:00Z");

const backfill = (part: Partial<BackfillRead> = {}): BackfillRead => ({
  id: "b",
  instrument_id: "i",
  symbol: "AAPL",
  provider: "twelvedata",
  interval: "1day",
  start: "2006-12-01T00:00:00Z",
  end: "2026-12-01T00:00:00Z",
  done_from: "2016-12-01T00:00:00Z",
  again: false,
  status: "running",
  progress: 0.5,
  priority: 0,
  pages: 1,
  inserted: 2517,
  updated: 0,
  unchanged: 0,
  credits: 1,
  waits_until: null,
  wait_reason: null,
  error: null,
  created_at: "2026-12-01T09:59:00Z",
  started_at: null,
  finished_at: null,
  ...part,
});

describe("a back-fill in words", () => {
  it("says how far back it is", () => {
    expect(describeBackfill(backfill(), NOW).state).toBe(
      "50% of the way back to 2006-12-01, 2,517 bars so far.",
    );
  });

  it.each([
    [
      "The minute's credits of Twelve Data are spent.",
      "2026-12-01T10:00:20Z",
      "Waits for the provider's next minute. It goes on in 20 s.",
    ],
    [
      "The day's credits of Twelve Data are spent. They come back at 00:00 UTC.",
      "2026-12-02T00:00:00Z",
      "The day's credits are spent. It goes on at 00:00 UTC.",
    ],
    [
      "Twelve Data did not answer (ConnectError).",
      "2026-12-01T10:04:00Z",
      "Twelve Data did not answer (ConnectError). It goes on in 4 min.",
    ],
    [
      "Twelve Data did not answer",
      "2026-12-01T09:59:00Z",
      "Twelve Data did not answer. It goes on any moment.",
    ],
    [null, null, "Waits for the provider. It goes on by itself."],
  ])("says what it waits for: %s", (wait_reason, waits_until, said) => {
    const words = describeBackfill(backfill({ status: "waiting", wait_reason, waits_until }), NOW);
    expect(words.state).toBe(said);
    expect(words.tone).toBe("waiting");
  });

  it("says what to do where it failed", () => {
    const error = { code: "provider_key_refused", detail: "Twelve Data refuses the key." };
    const words = describeBackfill(backfill({ status: "failed", error }), NOW);
    expect(words.state).toBe(
      "Twelve Data refuses the key. Check the key in this installation's settings, then fetch again.",
    );
    expect(words.title).toContain("did not come in");
  });

  it("says what came of it", () => {
    const done = (part: Partial<BackfillRead>) =>
      describeBackfill(backfill({ status: "succeeded", ...part }), NOW).state;
    expect(done({ inserted: 1, updated: 2 })).toBe("1 bar came in, 2 bars corrected.");
    expect(done({ inserted: 0, unchanged: 9 })).toBe("Nothing was missing.");
    expect(done({ inserted: 0 })).toBe("The provider has no bars of that stretch.");
  });

  it("names the hour, and the day where it is far off", () => {
    expect(sayUntil("2026-12-02T00:00:00Z", NOW)).toBe("at 00:00 UTC");
    expect(sayUntil("2026-12-04T00:00:00Z", NOW)).toContain("on 2026-12-04");
  });
});

describe("what is held of back-fills", () => {
  it("takes the newest, and lets nothing late undo an end", () => {
    const held = holdBackfill([], backfill());
    expect(holdBackfill(held, backfill({ progress: 0.7 }))[0]!.progress).toBe(0.7);
    expect(holdBackfill(held, backfill({ progress: 0.2 }))[0]!.progress).toBe(0.5);
    const over = holdBackfill(held, backfill({ status: "cancelled", progress: 0.5 }));
    expect(holdBackfill(over, backfill({ progress: 0.9 }))[0]!.status).toBe("cancelled");
  });

  it("keeps others apart", () => {
    expect(holdBackfill([backfill()], backfill({ id: "c" })).map((one) => one.id)).toEqual(["c", "b"]);
  });
});

const series = (part: Partial<SeriesCoverage> = {}): SeriesCoverage => ({
  interval: "1day",
  bar_count: 100,
  first_bar_at: "2020-01-01T00:00:00Z",
  last_bar_at: "2021-01-01T00:00:00Z",
  expected: 110,
  missing: 10,
  holes: [],
  is_measured: true,
  freshness: "stale",
  age_seconds: 86_400 * 3,
  refreshed_at: null,
  next_refresh_at: null,
  problem: null,
  backfill: null,
  ...part,
});

describe("the time line", () => {
  it("has nothing to draw without bars and back-fill", () => {
    expect(drawCoverage(series({ first_bar_at: null, last_bar_at: null }))).toBeNull();
  });

  it("draws what is stored, holes that can be seen, and what is to come before them", () => {
    const line = drawCoverage(
      series({
        holes: [{ start: "2020-07-01T00:00:00Z", end: "2020-07-02T00:00:00Z", missing: 1 }],
        backfill: backfill({
          start: "2019-01-01T00:00:00Z",
          end: "2021-01-01T00:00:00Z",
          done_from: "2020-01-01T00:00:00Z",
        }),
      }),
    )!;
    expect(line.spans.map((span) => span.kind)).toEqual(["coming", "stored", "hole"]);
    const [coming, stored, hole] = line.spans;
    expect(coming!.from).toBe(0);
    expect(coming!.to).toBeCloseTo(stored!.from, 6);
    expect(stored!.to).toBe(1);
    expect(hole!.to - hole!.from).toBeGreaterThanOrEqual(0.0039);
  });

  it("shows a hole that is being fetched as coming", () => {
    const { spans } = drawCoverage(
      series({
        holes: [{ start: "2020-02-01T00:00:00Z", end: "2020-03-01T00:00:00Z", missing: 20 }],
        backfill: backfill({
          start: "2020-01-01T00:00:00Z",
          end: "2021-01-01T00:00:00Z",
          done_from: "2020-06-01T00:00:00Z",
        }),
      }),
    )!;
    expect(spans.filter((span) => span.kind === "hole")).toEqual([]);
  });

  it("tells a bar here and there from a gaping hole", () => {
    const stretch = {
      first_bar_at: "2020-01-01T00:00:00Z",
      last_bar_at: "2021-01-01T00:00:00Z",
      expected: 366,
    };
    const shares = [1, 31].map((missing) => {
      const hole = { start: "2020-03-01T00:00:00Z", end: "2020-04-01T00:00:00Z", missing };
      return drawCoverage(series({ ...stretch, holes: [hole] }))!.spans.at(-1)!.share;
    });
    expect(shares[0]).toBeCloseTo(1 / 31, 3);
    expect(shares[1]).toBeCloseTo(1, 3);
  });

  it("stays inside its width", () => {
    const hole = { start: "2021-01-01T00:00:00Z", end: "2021-02-01T00:00:00Z", missing: 20 };
    for (const { from, to } of drawCoverage(series({ holes: [hole] }))!.spans) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(1);
      expect(to).toBeGreaterThan(from);
    }
  });

  it("lists the longest holes first", () => {
    const holes = [1, 5, 3].map((missing) => ({ start: `${missing}`, end: "", missing }));
    expect(sortHoles(holes).map((hole) => hole.missing)).toEqual([5, 3, 1]);
  });
});

describe("a series in words", () => {
  it("says what lacks, and when nobody knows", () => {
    expect(sayHoles(series())).toBe("10 bars missing (9.1%)");
    expect(sayHoles(series({ missing: 0 }))).toBe("no holes");
    expect(sayHoles(series({ missing: 0, is_measured: false }))).toBe("no holes, measured again soon");
    expect(sayHoles(series({ expected: null, missing: null, is_measured: false }))).toBe("not measured yet");
    expect(sayHoles(series({ bar_count: 0 }))).toBe("no bars yet");
  });

  it("calls old bars behind only where somebody feeds them", () => {
    expect(sayFreshness(series(), true)).toEqual({ text: "3 days behind", tone: "warn" });
    expect(sayFreshness(series(), false)).toEqual({ text: "ended 3 days ago", tone: "outline" });
    expect(sayFreshness(series({ freshness: "closed" }), true)!.text).toBe("up to date, market closed");
    expect(sayFreshness(series({ freshness: null }), true)).toBeNull();
  });

  it("measures ages in what fits", () => {
    expect([30, 600, 7_200, 86_400 * 5, 86_400 * 200, 86_400 * 5_000].map(formatAge)).toEqual([
      "a minute",
      "10 minutes",
      "2 hours",
      "5 days",
      "7 months",
      "14 years",
    ]);
  });

  it("says the whole time line", () => {
    expect(sayCoverage("AAPL", series())).toBe(
      "1 day bars of AAPL: 100 stored from 2020-01-01 to 2021-01-01, 10 bars missing (9.1%).",
    );
  });
});

describe("what is asked of the API", () => {
  const found = { provider: "twelvedata", code: "AAPL", mic_code: "XNGS", symbol: "AAPL" };

  it("leaves the usual to the server", () => {
    expect(bodyToAdd(found, USUAL_HISTORY, ["1min", "1day"], NOW)).toEqual({
      provider: "twelvedata",
      code: "AAPL",
      mic_code: "XNGS",
      intervals: ["1day", "1min"],
    });
  });

  it("asks for what was chosen, and for minutes only where there are such", () => {
    const body = bodyToAdd(found, { days: "1", minutes: "7" }, ["1min", "1day"], NOW, "APPLE");
    expect(body.symbol).toBe("APPLE");
    expect(body.history).toEqual({ "1day": "2025-12-01T00:00:00Z", "1min": "2026-11-24T00:00:00Z" });
    expect(bodyToAdd(found, { days: "20", minutes: "" }, ["1min", "1day"], NOW).intervals).toEqual(["1day"]);
    expect(bodyToAdd(found, { days: "20", minutes: "7" }, ["1day"], NOW).history).toBeUndefined();
  });

  it("suggests another symbol that is one", () => {
    expect(suggestSymbol(found)).toBe("AAPL.XNGS");
    expect(suggestSymbol({ provider: "kraken", mic_code: null, symbol: "X".repeat(32) })).toMatch(SYMBOL);
  });

  it("reads a stretch of days", () => {
    expect(readStretch({ from: "2020-01-01", to: "2020-02-28" }, "2026-12-01")).toEqual({
      start: "2020-01-01T00:00:00Z",
      end: "2020-02-29T00:00:00Z",
    });
    expect(readStretch({ from: "2020-01-01", to: "2026-12-01" }, "2026-12-01")).toMatchObject({ end: null });
    expect(readStretch({ from: "2020-02-01", to: "2020-01-01" }, "2026-12-01")).toHaveProperty("problem");
    expect(readStretch({ from: "", to: "2020-01-01" }, "2026-12-01")).toHaveProperty("problem");
    expect(readStretch({ from: "2027-01-01", to: "2027-01-02" }, "2026-12-01")).toHaveProperty("problem");
  });

  it("begins with older bars, or with everything stored when it is asked for again", () => {
    const stored = series();
    expect(findUsualStretch(stored, "1day", true, "2026-12-01")).toEqual({
      from: "2020-01-01",
      to: "2021-01-01",
    });
    expect(findUsualStretch(stored, "1day", false, "2026-12-01").from < "2001").toBe(true);
    expect(findUsualStretch(null, "1min", false, "2026-12-01")).toEqual({
      from: "2026-09-02",
      to: "2026-12-01",
    });
  });
});

describe("a provider in words", () => {
  const provider = (part: Partial<ProviderRead> = {}): ProviderRead => ({
    name: "twelvedata",
    title: "Twelve Data",
    attribution: "Data by Twelve Data",
    is_simulated: false,
    is_delayed: false,
    is_configured: true,
    silent_since: null,
    problem: null,
    can_use: true,
    may_share: false,
    has_stream: false,
    intervals: ["1day"],
    max_bars_per_request: 5000,
    credits: { per_minute: 8, per_day: 800, left_this_minute: 6, left_today: 793, spent_today: 7 },
    ...part,
  });

  it.each([
    [{ is_configured: false }, "needs a key", /TWELVEDATA_API_KEY/],
    [
      { is_configured: false, name: "simulated", problem: "Set SIMULATED_FEED=true." },
      "switched off",
      /SIMULATED/,
    ],
    [{ can_use: false }, "for admins only", /TWELVEDATA_SHARED=true/],
    [{ is_simulated: true }, "made-up prices", /Nothing about them is real/],
    [{}, "ready", null],
  ])("says where it stands: %o", (part, label, note) => {
    const words = describeProvider(provider(part));
    expect(words.label).toBe(label);
    if (note) expect(words.note).toMatch(note);
    else expect(words.note).toBeNull();
  });

  it("says when credits are spent, the day before the minute", () => {
    const spent = (left_this_minute: number, left_today: number) =>
      describeProvider(
        provider({ credits: { per_minute: 8, per_day: 800, left_this_minute, left_today, spent_today: 1 } }),
      ).label;
    expect(spent(0, 0)).toBe("day's credits spent");
    expect(spent(0, 5)).toBe("minute's credits spent");
  });

  it("says what is left of both quotas", () => {
    expect(sayQuota(provider())).toBe("6 of 8 this minute, 793 of 800 today");
    expect(sayQuota(provider({ credits: null }))).toBeNull();
  });
});
