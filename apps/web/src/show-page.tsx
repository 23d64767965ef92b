/** Puts a page into its document. */
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
// Says in the document what language it is in.
import "./words/words.ts";

export function showPage(page: ReactNode): void {
  const place = document.getElementById("page");
  if (place === null) throw new Error("The document has no place for its page.");
  createRoot(place).render(<StrictMode>{page}</StrictMode>);
}
