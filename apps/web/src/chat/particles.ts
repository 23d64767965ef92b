/** Hearts that rise: where each is at a time. Knows no canvas and no clock. */

export interface Particle {
  readonly kind: string;
  /** ms, of the clock that is passed in. */
  readonly from: number;
  readonly lifeMs: number;
  /** Where it begins, and how far it sways: parts of the width. */
  readonly x: number;
  readonly sway: number;
  readonly turns: number;
  /** px */
  readonly size: number;
}

export interface Shown {
  readonly kind: string;
  /** px */
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** 0 to 1 */
  readonly opacity: number;
}

/** So many at once look like a crowd; more cost frames and show nothing new. */
export const maxParticles = 48;
/** Of one growth of the totals, however large. */
const maxOfOneGrowth = 14;

export class Particles {
  #rising: Particle[] = [];
  #waiting: { kind: string; at: number }[] = [];
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Nothing rises and nothing will. */
  get idle(): boolean {
    return this.#rising.length === 0 && this.#waiting.length === 0;
  }

  add(kind: string, now: number): void {
    if (this.#rising.length >= maxParticles) this.#rising.shift();
    this.#rising.push({
      kind,
      from: now,
      lifeMs: 2_200 + this.#random() * 1_200,
      x: 0.25 + this.#random() * 0.5,
      sway: (this.#random() - 0.5) * 0.3,
      turns: 0.5 + this.#random(),
      size: 18 + this.#random() * 14,
    });
  }

  /** What others sent, spread over the time until the next totals come. */
  spread(growth: Readonly<Record<string, number>>, now: number, overMs: number): void {
    for (const [kind, count] of Object.entries(growth)) {
      // Many look like more, but not like many times more.
      const shown = Math.min(maxOfOneGrowth, count <= 6 ? count : Math.round(6 + 2 * Math.log2(count / 6)));
      for (let at = 0; at < shown; at++) this.#waiting.push({ kind, at: now + this.#random() * overMs });
    }
    if (this.#waiting.length > maxParticles) this.#waiting.splice(0, this.#waiting.length - maxParticles);
  }

  clear(): void {
    this.#rising = [];
    this.#waiting = [];
  }

  /** All of them as they are at `now`, on a ground of `width` × `height` px. Those whose time is over are gone. */
  at(now: number, width: number, height: number): Shown[] {
    for (const { kind } of this.#waiting.filter(({ at }) => at <= now)) this.add(kind, now);
    this.#waiting = this.#waiting.filter(({ at }) => at > now);
    this.#rising = this.#rising.filter(({ from, lifeMs }) => now < from + lifeMs);
    return this.#rising.map(({ kind, from, lifeMs, x, sway, turns, size }) => {
      const part = Math.max(0, (now - from) / lifeMs);
      const eased = 1 - (1 - part) ** 1.6;
      return {
        kind,
        x: (x + sway * Math.sin(part * turns * 2 * Math.PI) * (0.3 + part)) * width,
        y: height - size - eased * (height - size * 2),
        size: size * Math.min(1, 0.5 + part * 5),
        opacity: part < 0.65 ? 1 : (1 - part) / 0.35,
      };
    });
  }
}
