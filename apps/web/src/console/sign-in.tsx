/** For those who may not moderate this room: why, and what to do about it. */
import type { Role } from "@madang/contracts";
import { consoleWords } from "../words/console.ts";
import { useWords } from "../words/words.ts";
import { TokenForm } from "./token-form.tsx";

type Why =
  | { readonly kind: "role"; readonly role: Role }
  | { readonly kind: "shut"; readonly code: number; readonly reason: string };

export function SignIn({
  roomId,
  token,
  user,
  why,
  leave,
}: {
  readonly roomId: string;
  readonly token: string | undefined;
  readonly user: string;
  readonly why: Why;
  readonly leave: () => void;
}) {
  const words = useWords(consoleWords);
  return (
    <section className="console-door">
      <h2>{words.notLetIn(roomId)}</h2>
      <p role="alert">{whyWords(words, why, token !== undefined)}</p>
      {user !== "" && why.kind === "role" && (
        <p>
          {words.youAre} <code className="console-breaks">{user}</code>
        </p>
      )}
      <p>{words.howToGetIn}</p>
      <TokenForm>
        <button type="button" className="console-button" onClick={leave}>
          {words.otherRoom}
        </button>
      </TokenForm>
      <p className="console-quiet">{words.tokenHint}</p>
    </section>
  );
}

function whyWords(words: (typeof consoleWords)["en"], why: Why, signedIn: boolean): string {
  if (why.kind === "role") return signedIn ? words.roleTooLow(words[`role_${why.role}`]) : words.visitorsMayNot;
  switch (why.code) {
    case 2000:
    case 1100:
      return words.problemBanned;
    case 102:
      return words.noSuchRoom;
    case 3500:
    case 109:
    // The SDK's own: it has expired, and there is no newer one.
    case 1:
      return signedIn ? words.badToken : words.needsToken;
    default:
      return words.shutOut(why.reason, why.code);
  }
}
