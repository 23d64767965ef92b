/** Keys of the player. Letters are the player's only where the focus is in it: elsewhere somebody may speak to their computer in letters. */
import { useEffect } from "react";
import type { Player } from "./player.ts";

const arrowMs = 5_000;
const letterMs = 10_000;

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
        ArrowLeft: at - arrowMs,
        ArrowRight: at + arrowMs,
        Home: 0,
        End: endMs,
        ...(inPlayer ? { j: at - letterMs, l: at + letterMs } : {}),
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
