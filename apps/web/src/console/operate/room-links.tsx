import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";

/** A room's name, which leads to its moderator's page. */
export function RoomLink({ room }: { readonly room: string }) {
  const words = useWords(operateWords);
  return (
    <a className="console-link" href={`./console?room=${encodeURIComponent(room)}`} title={words.moderate}>
      {room}
    </a>
  );
}
