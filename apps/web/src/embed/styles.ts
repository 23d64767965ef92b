/** The style sheet of all chats on a page: made by script, so that a policy without `style-src 'unsafe-inline'` lets it be. */
import chat from "../chat/chat.css?inline";
import controls from "../look/controls.css?inline";
import look from "../look/look.css?inline";
import embed from "./embed.css?inline";

let made: CSSStyleSheet | undefined;

export function styleSheet(): CSSStyleSheet {
  if (made === undefined) {
    made = new CSSStyleSheet();
    made.replaceSync([embed, look.replaceAll(":root", ":host"), controls, chat].map(ownSizes).join("\n"));
  }
  return made;
}

/** `rem` is the page's size of type, which may be anything. Here it is `--madang-size`, 16 px. */
function ownSizes(text: string): string {
  return text.replace(/(?<![\w.-])(\d*\.?\d+)rem\b/g, "calc(var(--madang-size, 16px) * $1)");
}
