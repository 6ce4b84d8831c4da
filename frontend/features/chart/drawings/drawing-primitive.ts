/** All drawings of a chart as one primitive of its candles: drawn over them, in the main pane alone. */
import type {
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  PrimitiveHoveredItem,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";

import type { ChartColours } from "@/features/chart/chart-colours";
import { drawShape, styleColour, type Shape } from "@/features/chart/drawings/drawing-shapes";

export class DrawingPrimitive implements ISeriesPrimitive<Time> {
  readonly #shapes: () => Shape[];
  readonly #hover: (x: number, y: number) => string | null;
  readonly #writePrice: (price: number) => string;
  #colours: ChartColours;
  #current: Shape[] = [];
  #requestUpdate: (() => void) | null = null;
  readonly #views: IPrimitivePaneView[];
  #labels: ISeriesPrimitiveAxisView[] = [];

  constructor(
    colours: ChartColours,
    shapes: () => Shape[],
    hover: (x: number, y: number) => string | null,
    writePrice: (price: number) => string,
  ) {
    this.#colours = colours;
    this.#shapes = shapes;
    this.#hover = hover;
    this.#writePrice = writePrice;
    this.#views = [
      {
        zOrder: () => "top",
        renderer: () => ({
          draw: (target) =>
            target.useMediaCoordinateSpace(({ context, mediaSize }) => {
              for (const shape of this.#current) drawShape(context, shape, this.#colours, mediaSize);
            }),
        }),
      },
    ];
  }

  attached({ requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.#requestUpdate = requestUpdate;
  }

  detached(): void {
    this.#requestUpdate = null;
  }

  setColours(colours: ChartColours): void {
    this.#colours = colours;
    this.redraw();
  }

  redraw(): void {
    this.#requestUpdate?.();
  }

  updateAllViews(): void {
    this.#current = this.#shapes();
    this.#labels = this.#current
      .filter(({ drawing }) => drawing.kind === "horizontal")
      .map(({ drawing, points }) => ({
        coordinate: () => points[0]!.y,
        text: () => this.#writePrice(drawing.points[0]!.price),
        textColor: () => this.#colours.background,
        backColor: () => styleColour(drawing.style.color, this.#colours),
      }));
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.#views;
  }

  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    return this.#labels;
  }

  hitTest(x: number, y: number): PrimitiveHoveredItem | null {
    const id = this.#hover(x, y);
    return id === null
      ? null
      : { externalId: id, zOrder: "top", cursorStyle: "pointer", itemType: "primitive" };
  }
}
