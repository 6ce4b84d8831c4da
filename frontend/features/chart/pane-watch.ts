/** Where a chart's panes stand, told whenever that changes. */
import type { IChartApi } from "lightweight-charts";

export type PanePlace = { top: number; height: number };

export class PaneWatch {
  readonly #chart: IChartApi;
  readonly #container: HTMLElement;
  readonly #tell: (panes: PanePlace[]) => void;
  readonly #watch: ResizeObserver;
  #isOver = false;

  constructor(chart: IChartApi, container: HTMLElement, tell: (panes: PanePlace[]) => void) {
    this.#chart = chart;
    this.#container = container;
    this.#tell = tell;
    this.#watch = new ResizeObserver(() => this.#report());
  }

  /** Looks at the panes anew, after some were added or taken away. */
  renew(): void {
    this.#watch.disconnect();
    // Panes get their elements in the library's next frame.
    requestAnimationFrame(() => {
      if (this.#isOver) return;
      for (const pane of this.#chart.panes()) {
        const element = pane.getHTMLElement();
        if (element) this.#watch.observe(element);
      }
      this.#report();
    });
  }

  dispose(): void {
    this.#isOver = true;
    this.#watch.disconnect();
  }

  #report(): void {
    if (this.#isOver) return;
    const origin = this.#container.getBoundingClientRect().top;
    this.#tell(
      this.#chart.panes().map((pane) => {
        const box = pane.getHTMLElement()?.getBoundingClientRect();
        return box
          ? { top: Math.round(box.top - origin), height: Math.round(box.height) }
          : { top: 0, height: 0 };
      }),
    );
  }
}
