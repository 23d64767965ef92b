/** Somebody's name; it opens their card. */
import { useDesk } from "./desk-context.tsx";

export function UserLink({ user, name }: { readonly user: string; readonly name?: string | undefined }) {
  const { showUser } = useDesk();
  return (
    <button type="button" className="console-link console-user" onClick={() => showUser(user)}>
      {name ?? user}
    </button>
  );
}
