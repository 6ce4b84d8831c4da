import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { extentOf, makeLinearScale } from "@/components/charts/axes";
import { barPlace } from "@/components/charts/bar-list";
import { heatColour } from "@/components/charts/colours";
import { namedMarks } from "@/components/charts/curves-chart";
import type { Picture } from "@/components/charts/pictures";
import { PictureView } from "@/components/charts/picture-view";
import { layLanes } from "@/components/charts/spans-chart";
import { tickFormat, timeTickFormat } from "@/components/charts/units";
import { nearestIndex } from "@/components/charts/use-cursor";

const DAY = 86_400;

describe("axes", () => {
  it("tell neighbouring ticks apart", () => {
    expect([0.01, 0.015].map(tickFormat("fraction", [0.01, 0.015]))).toEqual(["1.0%", "1.5%"]);
    expect([0, 0.2].map(tickFormat("fraction", [0, 0.2]))).toEqual(["0%", "20%"]);
    expect([0.25, 0.5].map(tickFormat("ratio", [0.25, 0.5]))).toEqual(["0.3", "0.5"]);
    expect([10_000, 12_500].map(tickFormat("money", [10_000, 12_500]))).toEqual(["10K", "12.5K"]);
  });

  it("write times as long as the axis needs", () => {
    expect(timeTickFormat(0, 3_650 * DAY)(DAY)).toBe("1970");
    expect(timeTickFormat(0, 300 * DAY)(DAY)).toBe("1970-01");
    expect(timeTickFormat(0, 30 * DAY)(DAY)).toBe("01-02");
    expect(timeTickFormat(0, DAY)(DAY / 2)).toBe("12:00");
  });

  it("hold every value, and open up where all are the same", () => {
    expect(extentOf([null, 3, Number.NaN, -1], 0)).toEqual([-1, 3]);
    expect(extentOf([])).toEqual([0, 1]);
    const [low, high] = makeLinearScale([5, 5], [0, 100]).domain();
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
  });
});

describe("places", () => {
  it("bars grow from zero to both sides", () => {
    expect(barPlace(3, -1, 3)).toEqual({ left: 25, width: 75 });
    expect(barPlace(-1, -1, 3)).toEqual({ left: 0, width: 25 });
  });

  it("spans that overlap get lanes of their own", () => {
    const spans = [
      { start: 5, end: 8, label: "c" },
      { start: 0, end: 4, label: "a" },
      { start: 2, end: 6, label: "b" },
    ];
    expect(layLanes(spans).map(({ label, lane }) => [label, lane])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 0],
    ]);
  });

  it("names only the moments whose names do not run into each other", () => {
    const marks = [0, 10, 100, 130].map((at) => ({ at, label: "split" }));
    expect([...namedMarks(marks, (mark) => mark.at)].map((mark) => mark.at)).toEqual([0, 100]);
  });

  it("the cursor takes the nearest time", () => {
    const times = [0, 10, 20];
    expect([-5, 4, 6, 15, 99].map((wanted) => nearestIndex(times, wanted))).toEqual([0, 0, 1, 1, 2]);
  });

  it("heat is two-sided around a centre and none where there is no figure", () => {
    const range = { lowest: -0.1, highest: 0.2, centre: 0 };
    expect(heatColour(0.2, range)).toContain("var(--up) 42%");
    expect(heatColour(-0.1, range)).toContain("var(--down) 21%");
    expect(heatColour(null, range)).toBe("transparent");
  });
});

const time = [0, DAY, 2 * DAY];
const PICTURES: Picture[] = [
  {
    kind: "bars",
    title: "Costs",
    unit: "fraction",
    bars: [{ label: "Doubled", value: -0.1, level: "red" }],
    reference: 0.2,
  },
  { kind: "histogram", title: "Luck", unit: "ratio", edges: [0, 1, 2], counts: [3, 4], own: 1.5 },
  {
    kind: "fan",
    title: "Paths",
    unit: "money",
    time,
    bands: { p5: [1, 1, 1], p25: [1, 2, 2], p50: [1, 3, 3], p75: [1, 4, 4], p95: [1, 5, 5] },
    own: [1, 3, null],
  },
  {
    kind: "curves",
    title: "Later part",
    unit: "money",
    time,
    series: [{ name: "Strategy", values: [1, null, 3] }],
    marks: [{ time: DAY, label: "split" }],
  },
  {
    kind: "spans",
    title: "Gaps",
    unit: "count",
    start: 0,
    end: 2 * DAY,
    spans: [{ start: 0, end: DAY, label: "missing", level: "amber" }],
  },
  {
    kind: "scatter",
    title: "Trades",
    unit: "fraction",
    x_label: "worst",
    y_label: "best",
    points: [[-0.1, 0.2]],
  },
];

describe("pictures of checks", () => {
  it("each kind is drawn and told in words", () => {
    for (const picture of PICTURES) {
      const { container, unmount } = render(<PictureView picture={picture} />);
      screen.getByRole("region", { name: picture.title });
      expect(container.querySelector("figcaption")!.textContent).toContain(picture.title);
      unmount();
    }
  });

  it("draws curves without a point where there is none", () => {
    const { container } = render(<PictureView picture={PICTURES[3]!} />);
    const path = container.querySelector("path.visx-linepath")!.getAttribute("d")!;
    expect(path).not.toContain("NaN");
    expect(path.match(/M/g)).toHaveLength(2);
  });

  it("moves along curves by keys and prints the figures there", async () => {
    render(<PictureView picture={PICTURES[3]!} />);
    screen.getByText("1970-01-03");
    screen.getByRole("application", { name: "Later part" }).focus();
    await userEvent.keyboard("{Home}");
    screen.getByText("1970-01-01");
    await userEvent.keyboard("{ArrowRight}");
    screen.getByText("1970-01-02");
    await userEvent.keyboard("{Escape}");
    screen.getByText("1970-01-03");
  });
});
