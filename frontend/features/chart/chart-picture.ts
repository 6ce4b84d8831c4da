/** The chart as a picture that says by itself what it shows. */
import type { ChartColours } from "@/features/chart/chart-colours";

const HEAD = 30;
const FOOT = 22;
const MARGIN = 10;

/** Puts a line of title above a copy of the chart and a line of sources below it. */
export function framePicture(
  chart: HTMLCanvasElement,
  pixelRatio: number,
  words: { title: string; detail: string; foot: string },
  colours: ChartColours,
): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = chart.width;
  canvas.height = chart.height + Math.round((HEAD + FOOT) * pixelRatio);
  const context = canvas.getContext("2d")!;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(chart, 0, Math.round(HEAD * pixelRatio));
  context.scale(pixelRatio, pixelRatio);
  const width = canvas.width / pixelRatio;
  context.textBaseline = "middle";
  context.fillStyle = colours.strongText;
  context.font = `600 14px ${colours.font}`;
  context.fillText(words.title, MARGIN, HEAD / 2);
  const beside = MARGIN + context.measureText(words.title).width + 12;
  context.fillStyle = colours.text;
  context.font = `400 12px ${colours.font}`;
  context.fillText(words.detail, beside, HEAD / 2, Math.max(40, width - beside - MARGIN));
  const foot = canvas.height / pixelRatio - FOOT / 2;
  context.font = `400 11px ${colours.font}`;
  context.fillText(words.foot, MARGIN, foot, width - 2 * MARGIN);
  return canvas;
}

export function pictureBlob(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made"))),
      "image/png",
    ),
  );
}
