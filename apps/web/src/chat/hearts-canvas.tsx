/** Hearts that rise over what is below: one's own at once, those of others spread over the time between two totals. */
import type { Room } from "@madang/client";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { Particles } from "./particles.ts";

export interface Hearts {
  /** One of one's own. */
  rise(kind: string): void;
}

/** Totals come at most twice a second. */
const spreadMs = 900;

export function HeartsCanvas({ room, hearts }: { room: Pick<Room, "on">; hearts?: Ref<Hearts> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ground = useRef<Ground>(null);

  useEffect(() => {
    if (canvas.current === null) return;
    const made = new Ground(canvas.current);
    ground.current = made;
    const stop = room.on("hearts", (growth) => made.others(growth));
    return () => {
      stop();
      made.close();
      ground.current = null;
    };
  }, [room]);
  useImperativeHandle(hearts, () => ({ rise: (kind) => ground.current?.own(kind) }), []);

  return <canvas ref={canvas} className="chat-hearts-canvas" />;
}

class Ground {
  readonly #canvas: HTMLCanvasElement;
  readonly #particles = new Particles();
  readonly #drawings = new Map<string, HTMLCanvasElement>();
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #resized: ResizeObserver;
  #width = 0;
  #height = 0;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    // Sizes come from the observer alone, so that drawing never asks for a layout.
    this.#resized = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const { width, height } = entry.contentRect;
      this.#width = width;
      this.#height = height;
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    });
    this.#resized.observe(canvas);
    document.addEventListener("visibilitychange", this.#handleVisibility);
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#resized.disconnect();
    document.removeEventListener("visibilitychange", this.#handleVisibility);
  }

  own(kind: string): void {
    if (this.#quiet()) return;
    this.#particles.add(kind, performance.now());
    this.#run();
  }

  others(growth: Readonly<Record<string, number>>): void {
    if (this.#quiet()) return;
    this.#particles.spread(growth, performance.now(), spreadMs);
    this.#run();
  }

  #quiet(): boolean {
    return this.#still.matches || document.hidden;
  }

  readonly #handleVisibility = () => {
    if (!document.hidden) return;
    this.#particles.clear();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  };

  #run(): void {
    if (this.#frame === 0 && !this.#particles.idle) this.#frame = requestAnimationFrame(this.#draw);
  }

  readonly #draw = () => {
    this.#frame = 0;
    const context = this.#canvas.getContext("2d");
    if (context === null) return;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    for (const { kind, x, y, size, opacity } of this.#particles.at(performance.now(), this.#width, this.#height)) {
      context.globalAlpha = opacity;
      context.drawImage(this.#drawing(kind), x - size / 2, y - size / 2, size, size);
    }
    this.#run();
  };

  /** Text is slow to draw; an image of it is not. Kinds are few (a room counts 16). */
  #drawing(kind: string): HTMLCanvasElement {
    const known = this.#drawings.get(kind);
    if (known !== undefined) return known;
    const drawing = document.createElement("canvas");
    drawing.width = 96;
    drawing.height = 96;
    const context = drawing.getContext("2d");
    if (context !== null) {
      context.font = '72px "Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", system-ui, sans-serif';
      context.textAlign = "center";
      context.textBaseline = "middle";
      // A kind may be a name of the site's own, which has no picture here.
      context.fillText(/\p{Extended_Pictographic}/u.test(kind) ? kind : "❤️", 48, 52, 92);
    }
    if (this.#drawings.size < 32) this.#drawings.set(kind, drawing);
    return drawing;
  }
}
