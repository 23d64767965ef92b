/** A link to this very moment. */
import { useState } from "react";
import { Button, Dialog, Field, IconButton } from "../look/controls.tsx";
import { replayWords } from "../words/replay.ts";
import { useWords } from "../words/words.ts";
import type { Player } from "./player.ts";
import { timeInAddress } from "./time.ts";

export function Share({ player, onDone }: { player: Player; onDone: (words: string) => void }) {
  const words = useWords(replayWords);
  const [link, setLink] = useState<string>();
  const copy = (text: string) =>
    // Pages on plain HTTP have no clipboard.
    navigator.clipboard === undefined ? Promise.reject() : navigator.clipboard.writeText(text);
  const share = () => {
    player.pause();
    setLink(linkTo(player.state.at, location.href));
  };
  return (
    <>
      <IconButton name={words.share} icon="share" aria-haspopup="dialog" onClick={share} />
      {link !== undefined && (
        <Dialog
          title={words.share}
          closeName={words.close}
          onClose={() => setLink(undefined)}
          actions={
            <Button
              look="accent"
              onClick={() =>
                void copy(link).then(
                  () => {
                    setLink(undefined);
                    onDone(words.shared);
                  },
                  // It is selected: one copies it by hand.
                  () => {},
                )
              }
            >
              {words.copy}
            </Button>
          }
        >
          <Field label={words.shareHow}>
            {(attributes) => <input {...attributes} readOnly value={link} onFocus={(event) => event.target.select()} />}
          </Field>
        </Dialog>
      )}
    </>
  );
}

/** The page's address without what is only for its owner: nothing of a token is in it. */
export function linkTo(at: number, href: string): string {
  const url = new URL(href);
  url.hash = "";
  url.searchParams.set("t", timeInAddress(at));
  return url.href;
}
