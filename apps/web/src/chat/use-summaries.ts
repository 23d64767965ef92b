/** Whether the reader wants to hear how many comments came: kept in the browser. */
import { useState } from "react";

const key = "madang.summaries";

export function useSummaries(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => read() !== "off");
  return [
    on,
    (next) => {
      setOn(next);
      try {
        localStorage.setItem(key, next ? "on" : "off");
      } catch {
        // Then it holds until the page is left.
      }
    },
  ];
}

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
