/** Somebody's name; it opens their card. */
import { useNames } from "../../words/names.ts";
import { useDesk } from "./desk-context.tsx";

export function UserLink({ user, name }: { readonly user: string; readonly name?: string | undefined }) {
  const names = useNames();
  const { showUser } = useDesk();
  return (
    <button type="button" className="console-link console-user" onClick={() => showUser(user)}>
      {name === undefined ? names.ofUser(user) : names.of({ user, name })}
    </button>
  );
}
