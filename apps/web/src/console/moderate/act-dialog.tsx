/** Asks for how long an act is to hold, and why. */
import { useEffect, useRef, useState } from "react";
import { consoleWords } from "../../words/console.ts";
import { useWords } from "../../words/words.ts";
import { Modal } from "../modal.tsx";
import type { Act } from "./acts.ts";
import { titleOf } from "./titles.ts";

const longest = 200;
const lengths = [60, 600, 3_600, 86_400, 604_800, 2_592_000] as const;

export function ActDialog({
  act,
  close,
  confirm,
}: {
  readonly act: Act;
  readonly close: () => void;
  readonly confirm: (act: Act) => void;
}) {
  const words = useWords(consoleWords);
  const why = useRef<HTMLInputElement>(null);
  const lasts = act.verb === "mute" || act.verb === "ban" || act.verb === "shadow";
  const [seconds, setSeconds] = useState(lasts ? (act.seconds ?? 0) : 0);
  const [reason, setReason] = useState(act.reason ?? "");
  // A dialog opens at its first field, where Enter would open the lengths instead of doing it.
  useEffect(() => why.current?.focus(), []);
  return (
    <Modal title={titleOf(words, act)} close={close}>
      <form
        className="console-form"
        onSubmit={(event) => {
          event.preventDefault();
          confirm(completed(act, { seconds, reason: reason.trim() }));
        }}
      >
        {lasts && (
          <label className="console-field">
            <span>{words.howLong}</span>
            <select value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
              {lengths.map((length) => (
                <option key={length} value={length}>
                  {words.duration(length)}
                </option>
              ))}
              <option value={0}>{words.untilUndone}</option>
            </select>
          </label>
        )}
        <label className="console-field">
          <span>{words.reason}</span>
          <input
            ref={why}
            name="reason"
            value={reason}
            maxLength={longest}
            autoComplete="off"
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <div className="console-buttons">
          <button type="submit" className="console-button console-button-main">
            {words.doIt}
          </button>
          <button type="button" className="console-button" onClick={close}>
            {words.cancel}
          </button>
        </div>
      </form>
    </Modal>
  );
}

function completed(act: Act, { seconds, reason }: { seconds: number; reason: string }): Act {
  const { reason: _, ...rest } = act;
  const why = reason === "" ? {} : { reason };
  if (rest.verb !== "mute" && rest.verb !== "ban" && rest.verb !== "shadow") return { ...rest, ...why };
  const { verb, user } = rest;
  return { verb, user, ...(seconds === 0 ? {} : { seconds }), ...why };
}
