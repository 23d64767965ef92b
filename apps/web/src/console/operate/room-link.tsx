import type { MouseEvent } from "react";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";

/** A room's name, which leads to its moderator's page. */
export function RoomLink({ room }: { readonly room: string }) {
  const words = useWords(operateWords);
  return (
    <a className="console-link" href={`./console?room=${encodeURIComponent(room)}`} title={words.moderate} onClick={goThere}>
      {room}
    </a>
  );
}

/** Without loading the page anew, which would forget the last ten minutes. */
function goThere(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState(null, "", event.currentTarget.href);
  dispatchEvent(new PopStateEvent("popstate"));
}
