/** Puts a page into its document. */
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ErrorBoundary } from "./look/error-boundary.tsx";
import { showLanguage } from "./words/words.ts";

export function showPage(page: ReactNode): void {
  const place = document.getElementById("page");
  if (place === null) throw new Error("The document has no place for its page.");
  showLanguage();
  createRoot(place).render(
    <StrictMode>
      <ErrorBoundary>{page}</ErrorBoundary>
    </StrictMode>,
  );
}
