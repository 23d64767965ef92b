/**
 * Where a client's messages begin and end in the bytes as they come, which `ws` tells nobody: it is asked for a message that lies open for
 * too long. Source of the layout: RFC 6455, section 5.2. What breaks its rules is for `ws` to close.
 */
export class FrameBorders {
  /** Bytes of the header so far, and how many it has. */
  #have = 0;
  #need = 2;
  /** Where in it the length ends, and the mask begins. */
  #lengthEnd = 2;
  #first = 0;
  #payload = 0;
  #fragmented = false;

  /** Whether a frame has begun and not ended, or a message of several of them. */
  get inside(): boolean {
    return this.#have > 0 || this.#fragmented;
  }

  /** Reads on. Answers whether a message has ended in these bytes. */
  read(bytes: Uint8Array): boolean {
    let ended = false;
    for (let at = 0; at < bytes.length; ) {
      if (this.#have < this.#need) {
        this.#header(bytes[at++] ?? 0);
      } else {
        const taken = Math.min(this.#payload, bytes.length - at);
        this.#payload -= taken;
        at += taken;
      }
      if (this.#have === this.#need && this.#payload === 0) ended = this.#end() || ended;
    }
    return ended;
  }

  #header(byte: number): void {
    const index = this.#have++;
    if (index === 0) this.#first = byte;
    else if (index === 1) {
      const short = byte & 0x7f;
      const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
      this.#payload = extended === 0 ? short : 0;
      this.#need = 2 + extended + ((byte & 0x80) === 0 ? 0 : 4);
      this.#lengthEnd = 2 + extended;
    } else if (index < this.#lengthEnd) this.#payload = this.#payload * 256 + byte;
  }

  /** True if a message has ended with this frame. */
  #end(): boolean {
    this.#have = 0;
    this.#need = 2;
    const isControl = (this.#first & 0x08) !== 0;
    if (isControl) return false;
    this.#fragmented = (this.#first & 0x80) === 0;
    return !this.#fragmented;
  }
}
