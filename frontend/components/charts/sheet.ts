/** Sent to the window when the page has a sheet's width at once and is printed before observers would tell of it. */
export const SHEET_LAID_OUT = "sheetlaidout";

/** Sent to the window after that when the browser prints at once, before canvases are drawn anew. */
export const SHEET_PRINTED = "sheetprinted";
