/** A place in a mailbox: everything that was in it when the mark was taken. */
export interface Mark {
  readonly control: number;
  readonly ordinary: number;
}

/** A bounded first-in first-out ring. It holds no memory before the first message and doubles up to its bound. */
class Lane<M> {
  readonly bound: number;
  #slots: (M | undefined)[] = [];
  #head = 0;
  length = 0;
  taken = 0;

  constructor(bound: number) {
    this.bound = bound;
  }

  offer(message: M): boolean {
    if (this.length === this.bound) return false;
    if (this.length === this.#slots.length) this.#grow();
    const end = this.#head + this.length;
    this.#slots[end < this.#slots.length ? end : end - this.#slots.length] = message;
    this.length += 1;
    return true;
  }

  /** Only of a lane that holds something. */
  take(): M {
    const message = this.#slots[this.#head] as M;
    // The slot would otherwise keep the message from the garbage collector until the ring comes round again.
    this.#slots[this.#head] = undefined;
    this.#head = this.#head + 1 === this.#slots.length ? 0 : this.#head + 1;
    this.length -= 1;
    this.taken += 1;
    return message;
  }

  trim(): void {
    if (this.length > 0 || this.#slots.length <= smallest) return;
    this.#slots = [];
    this.#head = 0;
  }

  #grow(): void {
    const size = Math.min(this.bound, Math.max(smallest, this.#slots.length * 2));
    const slots = new Array<M | undefined>(size).fill(undefined);
    for (let place = 0; place < this.length; place += 1) slots[place] = this.#slots[(this.#head + place) % this.#slots.length];
    this.#slots = slots;
    this.#head = 0;
  }
}

const smallest = 8;

/** A message that has failed before. */
export interface PutBack<M> {
  readonly message: M;
  readonly attempts: number;
}

/**
 * What waits for one actor: two lanes, the control lane first, each in the order of arrival. A full lane refuses. A message
 * that was put back comes before both.
 */
export class Mailbox<M> {
  readonly #control: Lane<M>;
  readonly #ordinary: Lane<M>;
  #putBack: PutBack<M> | undefined;
  #attempts = 0;

  constructor(size: { control: number; ordinary: number }) {
    this.#control = new Lane(size.control);
    this.#ordinary = new Lane(size.ordinary);
  }

  get depth(): number {
    return this.#control.length + this.#ordinary.length + (this.#putBack === undefined ? 0 : 1);
  }

  /** False: full, and the message was not taken. */
  offer(message: M): boolean {
    return this.#ordinary.offer(message);
  }

  /** Ahead of every ordinary message. False: full, and the message was not taken. */
  offerControl(message: M): boolean {
    return this.#control.offer(message);
  }

  /** The next message. Only of a mailbox with a depth: a message may itself be `undefined`. */
  take(): M {
    const again = this.#putBack;
    this.#attempts = again === undefined ? 0 : again.attempts;
    this.#putBack = undefined;
    if (again !== undefined) return again.message;
    return this.#control.length > 0 ? this.#control.take() : this.#ordinary.take();
  }

  /** How often the message that was taken last has failed. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Makes a taken message the next one again. It needs no room: it had its place. */
  putBack(again: PutBack<M>): void {
    this.#putBack = again;
  }

  takeAll(): M[] {
    const all: M[] = [];
    while (this.depth > 0) all.push(this.take());
    return all;
  }

  mark(): Mark {
    const { taken: control, length: controlLength } = this.#control;
    const { taken: ordinary, length: ordinaryLength } = this.#ordinary;
    return { control: control + controlLength, ordinary: ordinary + ordinaryLength };
  }

  /** Whether everything that was in it at the mark has been taken. */
  passed(mark: Mark): boolean {
    return this.#putBack === undefined && this.#control.taken >= mark.control && this.#ordinary.taken >= mark.ordinary;
  }

  /** Gives back what a flood made it grow to. Does nothing while messages wait. */
  trim(): void {
    this.#control.trim();
    this.#ordinary.trim();
  }
}
