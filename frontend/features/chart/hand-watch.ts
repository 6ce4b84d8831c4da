/** Tells a view that was moved by hand from one that the program moved. */
const GESTURE_MS = 1_200;

export class HandWatch {
  #until = 0;
  #isPressed = false;

  constructor(container: HTMLElement, signal: AbortSignal) {
    const note = () => this.note();
    container.addEventListener("wheel", note, { signal, passive: true, capture: true });
    container.addEventListener("dblclick", note, { signal, capture: true });
    container.addEventListener("pointerdown", () => (this.#isPressed = true), { signal, capture: true });
    for (const end of ["pointerup", "pointercancel"])
      window.addEventListener(
        end,
        () => {
          if (this.#isPressed) note();
          this.#isPressed = false;
        },
        { signal },
      );
  }

  note(): void {
    this.#until = performance.now() + GESTURE_MS;
  }

  /** Whatever a hand did a moment ago, what comes now is not its work. */
  forget(): void {
    this.#until = 0;
  }

  isAtWork(): boolean {
    return this.#isPressed || performance.now() < this.#until;
  }
}
