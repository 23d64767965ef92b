/** Whom one has blocked, and how to hear them again. */
import { type Madang, shortName } from "@madang/client";
import { useEffect, useState } from "react";
import { Button, Dialog } from "../look/controls.tsx";
import { chatWords } from "../words/chat.ts";
import { useWords } from "../words/words.ts";

export function BlocksDialog({ client, onClose }: { client: Madang; onClose: () => void }) {
  const words = useWords(chatWords);
  const [users, setUsers] = useState<readonly string[]>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let here = true;
    client.blocks().then(
      (all) => here && setUsers(all),
      () => here && setFailed(true),
    );
    return () => {
      here = false;
    };
  }, [client]);
  const unblock = async (user: string) => {
    try {
      await client.unblock(user);
      setUsers((all) => all?.filter((one) => one !== user));
    } catch {
      setFailed(true);
    }
  };
  return (
    <Dialog title={words.blocked} closeName={words.close} onClose={onClose}>
      <p className="chat-quiet">{words.blockedHow}</p>
      {failed && <p role="alert">{words.problemOther}</p>}
      {users?.length === 0 && <p>{words.blockedNobody}</p>}
      <ul className="chat-blocks">
        {users?.map((user) => (
          <li key={user}>
            <bdi>{shortName(user)}</bdi>
            <Button look="plain" aria-label={words.unblockOf(shortName(user))} onClick={() => void unblock(user)}>
              {words.unblock}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
