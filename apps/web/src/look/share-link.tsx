/** Gives a link away: by what the device shares with, or by copying it. */
import { useEffect, useState } from "react";
import { shareWords } from "../words/share.ts";
import { useWords } from "../words/words.ts";
import { Button, Dialog, Field, IconButton } from "./controls.tsx";

const copiedForMs = 3_000;

/** For a page's own header: a drawing alone. */
export function ShareLink({ link, title }: { link: string; title: string }) {
  const words = useWords(shareWords);
  const { copy, copied, byHand } = useCopy(link);
  const share = () => {
    if (typeof navigator.share !== "function") return copy();
    navigator.share({ title, url: link }).catch((failure: unknown) => {
      // Whoever has closed the device's own list wants nothing more.
      if (!(failure instanceof DOMException && failure.name === "AbortError")) copy();
    });
  };
  return (
    <span className="control-share">
      <IconButton name={words.share} icon="share" onClick={share} />
      <span className={copied ? "control-share-said" : "control-share-said control-share-silent"} role="status">
        {copied ? words.copied : ""}
      </span>
      {byHand}
    </span>
  );
}

/** Beside a name of what it leads to, which is `title`. */
export function CopyLink({ link, title }: { link: string; title: string }) {
  const words = useWords(shareWords);
  const { copy, copied, byHand } = useCopy(link);
  return (
    <>
      <Button look="quiet" aria-label={copied ? words.copied : words.copyOf(title)} onClick={copy}>
        <span role="status">{copied ? words.copied : words.copyLink}</span>
      </Button>
      {byHand}
    </>
  );
}

function useCopy(link: string) {
  const words = useWords(shareWords);
  const [step, setStep] = useState<"none" | "copied" | "by-hand">("none");
  useEffect(() => {
    if (step !== "copied") return;
    const timer = setTimeout(() => setStep("none"), copiedForMs);
    return () => clearTimeout(timer);
  }, [step]);
  const copy = () => {
    // Pages on plain HTTP have no clipboard.
    const copying = navigator.clipboard === undefined ? Promise.reject() : navigator.clipboard.writeText(link);
    copying.then(
      () => setStep("copied"),
      () => setStep("by-hand"),
    );
  };
  const byHand =
    step === "by-hand" ? (
      <Dialog title={words.copyLink} closeName={words.close} onClose={() => setStep("none")}>
        <Field label={words.how}>
          {(attributes) => <input {...attributes} readOnly value={link} onFocus={(event) => event.target.select()} />}
        </Field>
      </Dialog>
    ) : null;
  return { copy, copied: step === "copied", byHand };
}
