import { describe, expect, it } from "vitest";

import { barNumber, measureFigures, timeOfNumber } from "@/features/chart/drawings/drawing";
import { dragPoints, hitDrawing, rayEnd } from "@/features/chart/drawings/geometry";
import { formatSpan, measureWords } from "@/features/chart/drawings/measure-words";

const at = (text: string) => Date.parse(text) / 1000;
const days = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"].map((day) =>
  at(`${day}T00:00:00Z`),
);
const hours = ["2024-01-03T14:30:00Z", "2024-01-03T15:30:00Z", "2024-01-04T14:30:00Z"].map(at);

describe("a point on the bars", () => {
  it("belongs to the last bar at its time or before", () => {
    expect(barNumber(days[2]!, days, "1day", "1day")).toBe(2);
    expect(barNumber(at("2024-01-06T00:00:00Z"), days, "1day", "1day")).toBe(3);
    expect(barNumber(hours[1]!, days, "1h", "1day")).toBe(1);
    expect(barNumber(at("2024-01-03T14:45:00Z"), hours, "15min", "1h")).toBe(0);
  });

  it("set on a date belongs to the date's first bar within the day", () => {
    expect(barNumber(days[1]!, hours, "1day", "1h")).toBe(0);
    expect(barNumber(days[2]!, hours, "1day", "1h")).toBe(2);
  });

  it("goes on past the last bar and before the first", () => {
    expect(barNumber(days[4]! + 3 * 86_400, days, "1day", "1day")).toBe(7);
    expect(barNumber(days[0]! - 6 * 86_400, days, "1day", "1day")).toBeLessThan(0);
    expect(barNumber(1, [], "1day", "1day")).toBeNaN();
  });

  it("is found again where it was set", () => {
    for (const number of [0, 2, 4, 6]) {
      const time = timeOfNumber(number, days, "1day");
      expect(barNumber(time, days, "1day", "1day")).toBe(number);
    }
  });
});

describe("what a pointer hits", () => {
  const line = [
    { x: 0, y: 0 },
    { x: 100, y: 100 },
  ];
  it("is a line's end, its body, or nothing", () => {
    expect(hitDrawing("trend_line", line, { x: 2, y: 1 }, 6)?.part).toBe(0);
    expect(hitDrawing("trend_line", line, { x: 98, y: 101 }, 6)?.part).toBe(1);
    expect(hitDrawing("trend_line", line, { x: 50, y: 54 }, 6)?.part).toBe("body");
    expect(hitDrawing("trend_line", line, { x: 50, y: 70 }, 6)).toBeNull();
    expect(hitDrawing("trend_line", line, { x: 150, y: 150 }, 6)).toBeNull();
  });

  it("is what a line goes on to, when it does", () => {
    const options = { extendsRight: true, width: 300 };
    expect(hitDrawing("trend_line", line, { x: 150, y: 151 }, 6, options)?.part).toBe("body");
    expect(hitDrawing("trend_line", line.toReversed(), { x: 150, y: 151 }, 6, options)?.part).toBe("body");
    expect(rayEnd(line[0]!, line[1]!, 200)).toEqual({ x: 200, y: 200 });
    expect(rayEnd(line[1]!, line[0]!, 200)).toEqual({ x: 200, y: 200 });
  });

  it("is a horizontal line anywhere along it", () => {
    expect(hitDrawing("horizontal", [{ x: -500, y: 40 }], { x: 300, y: 44 }, 6)?.part).toBe("body");
    expect(hitDrawing("horizontal", [{ x: -500, y: 40 }], { x: 300, y: 47 }, 6)).toBeNull();
  });

  it("is a rectangle's edge; its middle lets the chart through until it is selected", () => {
    expect(hitDrawing("rectangle", line, { x: 50, y: 2 }, 6)?.part).toBe("body");
    expect(hitDrawing("rectangle", line, { x: 50, y: 50 }, 6)).toBeNull();
    expect(hitDrawing("rectangle", line, { x: 50, y: 50 }, 6, { isSelected: true })?.part).toBe("body");
    expect(hitDrawing("rectangle", line, { x: 1, y: 99 }, 6)?.part).toBe(2);
  });
});

describe("a drag", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 20 },
  ];
  it("moves the whole, one end, or a corner that is no point", () => {
    expect(dragPoints(points, "body", 5, 1)).toEqual([
      { x: 5, y: 1 },
      { x: 15, y: 21 },
    ]);
    expect(dragPoints(points, 1, 5, 1)[0]).toEqual(points[0]);
    expect(dragPoints(points, 2, 5, 1)).toEqual([
      { x: 5, y: 0 },
      { x: 10, y: 21 },
    ]);
  });
});

describe("a measure", () => {
  it("says price, percent, bars and time", () => {
    const points = [
      { time: days[0]!, price: 100 },
      { time: days[4]!, price: 90 },
    ];
    const figures = measureFigures(points, days, "1day", "1day");
    expect(figures).toMatchObject({ change: -10, bars: 4, seconds: 6 * 86_400 });
    expect(measureWords(figures, points)).toEqual(["−10.00 (−10.0%)", "4 bars, 6 d"]);
    expect(formatSpan(90_000)).toBe("1 d 1 h");
    expect(formatSpan(0)).toBe("0 min");
  });
});
