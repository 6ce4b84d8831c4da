/** Pixels of the picture for one of the page, and the most that a canvas takes in either direction. */
const SHARPNESS = 2;
const MOST_PIXELS = 16_000;

/** What stands in the picture: not the buttons, nor the bar that moves along the page. */
function isShown(node: Node): boolean {
  if (!(node instanceof HTMLElement)) return true;
  return !node.hasAttribute("data-no-picture") && !node.classList.contains("print:hidden");
}

/** The report as a picture, drawn in the browser from the page as it stands. */
export async function drawReport(element: HTMLElement): Promise<Blob> {
  const { domToBlob } = await import("modern-screenshot");
  const { scrollHeight: height, scrollWidth: width } = element;
  const blob = await domToBlob(element, {
    scale: Math.min(SHARPNESS, MOST_PIXELS / Math.max(height, width)),
    backgroundColor: getComputedStyle(document.documentElement).backgroundColor,
    filter: isShown,
  });
  if (!blob) throw new Error("The browser gave no picture.");
  return blob;
}
