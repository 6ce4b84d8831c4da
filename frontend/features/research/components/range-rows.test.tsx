import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";

import { RangeRows } from "@/features/research/components/range-rows";
import { firstRanges, type Ranges } from "@/features/research/ranges";
import type { ParameterRead } from "@/lib/api/generated";

const fast: ParameterRead = { name: "fast", default: 10, min: 5, max: 50, step: 1 };
const still: ParameterRead = { name: "still", default: 7, min: 7, max: 7, step: 1 };

function show(ranges: Ranges) {
  const onChange = vi.fn();
  render(<RangeRows parameters={[fast, still]} ranges={ranges} onChange={onChange} />);
  return onChange;
}

it("counts the values of a range and says which of its fields is wrong", () => {
  const ranges = firstRanges([fast, still]);
  show({ ...ranges, fast: { ...ranges.fast!, step: "5" } });
  expect(screen.getByText("10 values of 5 to 50")).toBeTruthy();
});

it("marks the field that is wrong and says the limits", () => {
  const ranges = firstRanges([fast, still]);
  show({ ...ranges, fast: { ...ranges.fast!, max: "99" } });
  expect(screen.getByRole("alert").textContent).toBe("fast goes from 5 to 50.");
  expect(screen.getByLabelText("fast to").getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByLabelText("fast from").getAttribute("aria-invalid")).toBeNull();
});

it("keeps a parameter at one value, and offers no range where there is none", () => {
  const onChange = show(firstRanges([fast, still]));
  fireEvent.click(screen.getByRole("checkbox", { name: "Vary fast" }));
  expect(onChange.mock.calls[0]![0].fast.isVaried).toBe(false);
  expect(screen.getByRole<HTMLButtonElement>("checkbox", { name: "Vary still" }).disabled).toBe(true);
  expect(screen.getByLabelText("still value")).toBeTruthy();
});
