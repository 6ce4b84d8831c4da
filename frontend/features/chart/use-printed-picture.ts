import { useEffect, type RefObject } from "react";

import { SHEET_PRINTED } from "@/components/charts/sheet";
import { readChartColours, type ChartColours } from "@/features/chart/chart-colours";

/** What can be drawn in other colours and copied as it stands. */
type Drawn = { setColours(colours: ChartColours): void; takePicture(): HTMLCanvasElement };

/**
 * Puts a copy of a chart into its place while the browser prints. A chart keeps the width of the screen until the next
 * frame, which comes after the sheet: a copy can be made smaller, the chart would be cut. A canvas, as a picture with
 * an address would have to be loaded first.
 */
export function usePrintedPicture(holder: RefObject<HTMLElement | null>, view: Drawn | null): void {
  useEffect(() => {
    if (!view) return;
    let picture: HTMLCanvasElement | null = null;
    let before: ChartColours | null = null;
    const end = () => {
      picture?.remove();
      picture = null;
      if (before) view.setColours(before);
      before = null;
    };
    const begin = () => {
      if (picture || !holder.current) return;
      // The screen's colours stand as variables on the page only while it is not laid out for paper.
      before = screenColours();
      view.setColours(readChartColours());
      picture = view.takePicture();
      picture.className = "printed-chart";
      picture.removeAttribute("style");
      picture.setAttribute("aria-hidden", "true");
      holder.current.after(picture);
    };
    window.addEventListener(SHEET_PRINTED, begin);
    window.addEventListener("afterprint", end);
    return () => {
      window.removeEventListener(SHEET_PRINTED, begin);
      window.removeEventListener("afterprint", end);
      // The chart itself may be gone by now.
      picture?.remove();
    };
  }, [holder, view]);
}

function screenColours(): ChartColours {
  const page = document.documentElement.classList;
  page.remove("printing");
  const colours = readChartColours();
  page.add("printing");
  return colours;
}
