/** Those who want to be told. One that throws harms neither the others nor the connection: its error comes up by itself. */
export class Listeners<T = void> {
  readonly #all = new Set<(value: T) => void>();

  /** @returns what ends it */
  add(listener: (value: T) => void): () => void {
    // The same function twice is two listeners.
    const own = (value: T) => listener(value);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  tell(value: T): void {
    for (const listener of [...this.#all]) {
      try {
        listener(value);
      } catch (failure) {
        setTimeout(() => {
          throw failure;
        });
      }
    }
  }
}
