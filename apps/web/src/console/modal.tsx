/** A dialog before all else, for as long as it is rendered. Escape asks to close it; the focus goes back to where it was. */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

export function Modal({
  title,
  className = "",
  close,
  children,
}: {
  readonly title: string;
  readonly className?: string;
  readonly close: () => void;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    // Closed while it is still in the document: a dialog that is merely taken out gives no focus back.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`console-dialog ${className}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div className="console-form">
        <h2 id={heading}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
