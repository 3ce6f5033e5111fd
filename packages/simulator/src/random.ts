/** Numbers that depend on nothing but the seed: the same seed and the same order of questions give the same answers. */
export class SeededRandom {
  readonly seed: string;
  #streams = new Map<string, () => number>();

  constructor(seed: string) {
    this.seed = seed;
  }

  /** The next number in [0, 1) of a named stream; streams do not disturb each other. */
  next(stream: string): number {
    let draw = this.#streams.get(stream);
    if (draw === undefined) {
      draw = mulberry32(fnv1a(`${this.seed}/${stream}`));
      this.#streams.set(stream, draw);
    }
    return draw();
  }

  /** A whole number between both ends, both included. */
  between(stream: string, [low, high]: readonly [number, number]): number {
    return low + Math.floor(this.next(stream) * (high - low + 1));
  }

  /** Starts every stream again. */
  restart(): void {
    this.#streams.clear();
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
