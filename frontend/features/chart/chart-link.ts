/** Keeps several charts on one time: what one shows or points at, the others follow. Holds no state. */
export type LinkedMove =
  | { kind: "cursor"; time: number | null }
  /** First and last visible time, after a hand moved the view. */
  | { kind: "view"; from: number; to: number };

export class ChartLink {
  readonly #followers = new Map<string, (move: LinkedMove) => void>();

  follow(id: string, onMove: (move: LinkedMove) => void): () => void {
    this.#followers.set(id, onMove);
    return () => this.#followers.delete(id);
  }

  tell(from: string, move: LinkedMove): void {
    for (const [id, onMove] of this.#followers) if (id !== from) onMove(move);
  }
}
