/** Keys of the player. Letters are the player's only where the focus is in it: elsewhere somebody may speak to their computer in letters. */
import { useEffect } from "react";
import type { Player } from "./player.ts";

/** How far an arrow key goes, everywhere on the page. */
export const stepMs = 5_000;
/** How far J and L go, and the buttons beside Play. */
export const jumpMs = 10_000;

export function usePlayerKeys(player: Player): void {
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      const { key, target } = event;
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !(target instanceof Element)) return;
      if (target.closest("input, select, textarea, dialog, [role=menu], [role=feed]") !== null) return;
      if (key === " " && target.closest("button, a, video") !== null) return;
      const inPlayer = target.closest(".replay-player") !== null;
      const { at, endMs } = player.state;
      const to = {
        ArrowLeft: at - stepMs,
        ArrowRight: at + stepMs,
        Home: 0,
        End: endMs,
        ...(inPlayer ? { j: at - jumpMs, l: at + jumpMs } : {}),
      }[key];
      if (key === " " || (key === "k" && inPlayer)) player.toggle();
      else if (to !== undefined) player.seek(to);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", handle);
    return () => document.removeEventListener("keydown", handle);
  }, [player]);
}
