/**
 * `<madang-chat room="live:concert">`: a room's chat as an element of any page. It lives in a shadow root with a style sheet of its own, so
 * that neither the page's styles reach it nor its styles the page.
 */
import { createRoot, type Root } from "react-dom/client";
import { languageOf } from "../words/words.ts";
import { socketUrlOf } from "./address.ts";
import { Frame } from "./frame.tsx";
import { type Joined, join } from "./joined.ts";
import { styleSheet } from "./styles.ts";
import { tellPage } from "./telling.ts";

const script = import.meta.url;

/** Keys that a page may still hear: those that close and leave. */
const keysOfPage: readonly string[] = ["Escape", "Tab"];

export class MadangChat extends HTMLElement {
  static readonly observedAttributes = ["room", "token", "url", "language"];
  readonly #shadow: ShadowRoot;
  #getToken: (() => Promise<string>) | undefined;
  #root: Root | undefined;
  #joined: Joined | "no-room" | "bad-url" | undefined;
  #stopTelling: (() => void) | undefined;
  /** What was asked for when it joined. */
  #asked = "";
  #times = 0;
  #scheduled = false;

  constructor() {
    super();
    this.#shadow = this.attachShadow({ mode: "open", delegatesFocus: false });
    this.#shadow.adoptedStyleSheets = [styleSheet()];
    // Shortcuts of the page are not meant by who writes a comment.
    for (const type of ["keydown", "keypress", "keyup"] as const) {
      this.#shadow.addEventListener(type, (event) => {
        if (!keysOfPage.includes((event as KeyboardEvent).key)) event.stopPropagation();
      });
    }
  }

  /** Asked for a newer token, when the one before has expired, and for the first one if there is no attribute. */
  get getToken(): (() => Promise<string>) | undefined {
    return this.#getToken;
  }

  set getToken(getToken: (() => Promise<string>) | undefined) {
    this.#getToken = typeof getToken === "function" ? getToken : undefined;
    this.#schedule();
  }

  connectedCallback(): void {
    // A page may have set it before this class was there.
    if (Object.hasOwn(this, "getToken")) {
      const { getToken } = this;
      Reflect.deleteProperty(this, "getToken");
      this.getToken = getToken;
    }
    this.#schedule();
  }

  disconnectedCallback(): void {
    this.#schedule();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after) this.#schedule();
  }

  /** Several attributes that change at once are one change, and an element that is moved within its page stays where it was. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.isConnected) this.#show();
      else this.#close();
    });
  }

  #show(): void {
    const asked = JSON.stringify([
      this.getAttribute("room"),
      this.getAttribute("token"),
      this.getAttribute("url"),
      this.#getToken !== undefined,
    ]);
    if (asked !== this.#asked || this.#joined === undefined) {
      this.#leave();
      this.#asked = asked;
      this.#joined = this.#join();
      this.#times++;
      if (typeof this.#joined !== "string") this.#stopTelling = tellPage(this, this.#joined);
    }
    this.#root ??= createRoot(this.#newPlace());
    this.#render(this.#joined);
  }

  #newPlace(): HTMLElement {
    const place = document.createElement("div");
    place.className = "embed-place";
    this.#shadow.replaceChildren(place);
    return place;
  }

  #render(joined: Joined | "no-room" | "bad-url"): void {
    const language = languageOf([
      this.getAttribute("language") ?? undefined,
      this.closest<HTMLElement>("[lang]")?.lang,
      ...navigator.languages,
    ]);
    this.#root?.render(<Frame key={this.#times} joined={joined} language={language} onAgain={() => this.#again()} />);
  }

  #join(): Joined | "no-room" | "bad-url" {
    const room = this.getAttribute("room") ?? "";
    const url = socketUrlOf(this.getAttribute("url"), script);
    if (room === "") return "no-room";
    if (url === undefined) return "bad-url";
    const getToken = this.#getToken === undefined ? undefined : async () => (await this.#getToken?.()) ?? "";
    return join({ url, room, token: this.getAttribute("token") ?? "", getToken });
  }

  #again(): void {
    this.#leave();
    this.#schedule();
  }

  #leave(): void {
    this.#stopTelling?.();
    this.#stopTelling = undefined;
    if (this.#joined !== undefined && typeof this.#joined !== "string") this.#joined.leave();
    this.#joined = undefined;
  }

  #close(): void {
    this.#leave();
    this.#root?.unmount();
    this.#root = undefined;
    this.#shadow.replaceChildren();
  }
}

// A page may include the script twice.
if (customElements.get("madang-chat") === undefined) customElements.define("madang-chat", MadangChat);
