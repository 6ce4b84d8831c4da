/** Pixels of the picture for one of the page, and the most that a canvas takes in either direction. */
const SHARPNESS = 2;
const MOST_PIXELS = 16_000;
/** Air around the report, in pixels of the page. */
const MARGIN = 24;

/** What stands in the picture: not the buttons, nor the bar that moves along the page. */
function isShown(node: Node): boolean {
  if (!(node instanceof HTMLElement)) return true;
  return !node.hasAttribute("data-no-picture") && !node.classList.contains("print:hidden");
}

async function toDataAddress(address: string): Promise<string> {
  const blob = await (await fetch(address)).blob();
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result as string);
    reader.onerror = () => fail(reader.error ?? new Error("The font could not be read."));
    reader.readAsDataURL(blob);
  });
}

/**
 * The page's own fonts with their files inside: a picture loads nothing. The library would look for them itself, but
 * by a base address that the page's content policy forbids.
 */
async function embedFonts(): Promise<string> {
  const faces = [...document.styleSheets].flatMap((sheet) =>
    [...sheet.cssRules]
      .filter((rule) => rule instanceof CSSFontFaceRule)
      .map((rule) => ({ text: rule.cssText, base: sheet.href ?? document.baseURI })),
  );
  const embedded = faces.map(async ({ text, base }) => {
    const file = /url\("?([^")]+)"?\)/.exec(text);
    if (!file || file[1]!.startsWith("data:")) return text;
    return text.replace(file[0], `url("${await toDataAddress(new URL(file[1]!, base).href)}")`);
  });
  return (await Promise.all(embedded)).join("\n");
}

/** The report as a picture, drawn in the browser from the page as it stands. */
export async function drawReport(element: HTMLElement): Promise<Blob> {
  const { domToBlob } = await import("modern-screenshot");
  const height = element.scrollHeight + 2 * MARGIN;
  const width = element.scrollWidth + 2 * MARGIN;
  const blob = await domToBlob(element, {
    scale: Math.min(SHARPNESS, MOST_PIXELS / Math.max(height, width)),
    backgroundColor: getComputedStyle(document.documentElement).backgroundColor,
    width,
    height,
    style: { padding: `${MARGIN}px` },
    filter: isShown,
    font: { cssText: await embedFonts() },
  });
  if (!blob) throw new Error("The browser gave no picture.");
  return blob;
}
