import { render } from "@testing-library/react";
import { useRef } from "react";
import { expect, it, vi } from "vitest";

import { SHEET_PRINTED } from "@/components/charts/sheet";
import { usePrintedPicture } from "@/features/chart/use-printed-picture";

const view = { setColours: vi.fn(), takePicture: () => document.createElement("canvas") };

function Chart() {
  const holder = useRef<HTMLDivElement>(null);
  usePrintedPicture(holder, view);
  return (
    <div>
      <div ref={holder} role="application" />
    </div>
  );
}

it("puts one copy beside the chart while the browser prints, and takes it away", () => {
  const { container } = render(<Chart />);
  const copies = () => container.querySelectorAll("[role=application] + canvas.printed-chart").length;
  document.documentElement.classList.add("printing");
  window.dispatchEvent(new Event(SHEET_PRINTED));
  window.dispatchEvent(new Event(SHEET_PRINTED));
  expect(copies()).toBe(1);
  expect(document.documentElement.classList.contains("printing")).toBe(true);
  window.dispatchEvent(new Event("afterprint"));
  expect(copies()).toBe(0);
  // Paper's colours, and those of the screen again.
  expect(view.setColours).toHaveBeenCalledTimes(2);
});
