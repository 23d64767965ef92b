/** What one can do with a comment: everybody, its author, and staff. What was done is said in `onDone`, also when it was declined. */
import { type ActionResult, isStaff, type Madang, type Message, type Room, type RoomView } from "@madang/client";
import { useState } from "react";
import { Button, Dialog, Menu, type MenuItem } from "../look/controls.tsx";
import { chatWords } from "../words/chat.ts";
import { useWords } from "../words/words.ts";
import { problemWords } from "./problem-words.ts";

export interface Opened {
  readonly message: Message;
  readonly anchor: HTMLElement;
}

interface Props {
  readonly room: Room;
  readonly client: Madang;
  readonly view: Pick<RoomView, "role" | "life" | "settings" | "pinned">;
  readonly opened: Opened | undefined;
  readonly onClose: () => void;
  readonly onDone: (words: string) => void;
  readonly onReply: (message: Message) => void;
  readonly onEdit: (message: Message) => void;
}

const muteSeconds = 600;

export function MessageMenu({ room, client, view, opened, onClose, onDone, onReply, onEdit }: Props) {
  const words = useWords(chatWords);
  const [asked, setAsked] = useState<{ what: "ban" | "report"; message: Message }>();

  const tell = async (doing: Promise<ActionResult>, done: string) => {
    try {
      const result = await doing;
      onDone(result.ok ? done : problemWords(result.problem, words));
    } catch {
      onDone(words.problemOther);
    }
  };
  const items = (message: Message): MenuItem[] => {
    const { offset, author, mine, at } = message;
    const name = author?.name ?? words.host;
    const staff = isStaff(view.role);
    const pinned = view.pinned.some((one) => one.offset === offset);
    const editable = mine && view.life !== "ended" && at + view.settings.editWindowMs > Date.now();
    if (offset === undefined) return [];
    const all: (MenuItem | false)[] = [
      !mine && author !== undefined && { key: "reply", words: words.reply, act: () => onReply(message) },
      { key: "copy", words: words.copy, act: () => void navigator.clipboard?.writeText(message.text).catch(() => {}) },
      editable && { key: "edit", words: words.edit, act: () => onEdit(message) },
      staff && !pinned && { key: "pin", words: words.pin, act: () => void tell(room.moderate.pin(offset), words.pinnedNow) },
      staff &&
        pinned && { key: "unpin", words: words.unpin, act: () => void tell(room.moderate.unpin(offset), words.unpinnedNow) },
      !mine && !staff && { key: "report", words: words.report, act: () => setAsked({ what: "report", message }) },
      !mine &&
        author !== undefined && {
          key: "block",
          words: words.block(name),
          act: () =>
            void client.block(author.user).then(
              () => onDone(words.blockedNow(name)),
              () => onDone(words.problemOther),
            ),
        },
      (mine || staff) && {
        key: "delete",
        words: words.remove,
        danger: true,
        act: () => void tell(room.delete(offset), words.removedNow),
      },
      staff &&
        !mine &&
        author !== undefined && {
          key: "mute",
          words: words.mute,
          danger: true,
          act: () => void tell(room.moderate.mute(author.user, { seconds: muteSeconds }), words.mutedNow(name)),
        },
      staff &&
        !mine &&
        author !== undefined && { key: "ban", words: words.ban, danger: true, act: () => setAsked({ what: "ban", message }) },
    ];
    return all.filter((item) => item !== false);
  };

  const confirm = () => {
    if (asked === undefined) return;
    const { what, message } = asked;
    setAsked(undefined);
    const user = message.author?.user;
    if (what === "report" && message.offset !== undefined) void tell(room.report(message.offset), words.reported);
    if (what === "ban" && user !== undefined) void tell(room.moderate.ban(user), words.bannedNow(message.author?.name ?? user));
  };

  return (
    <>
      {opened !== undefined && (
        <Menu
          name={words.more(opened.message.author?.name ?? words.host)}
          anchor={opened.anchor}
          items={items(opened.message)}
          onClose={onClose}
        />
      )}
      {asked !== undefined && (
        <Dialog
          title={asked.what === "ban" ? words.banAsk(asked.message.author?.name ?? "") : words.reportAsk}
          closeName={words.close}
          onClose={() => setAsked(undefined)}
          actions={
            <>
              <Button look="quiet" onClick={() => setAsked(undefined)}>
                {words.cancel}
              </Button>
              <Button look={asked.what === "ban" ? "danger" : "accent"} onClick={confirm}>
                {asked.what === "ban" ? words.ban : words.report}
              </Button>
            </>
          }
        >
          <blockquote className="chat-quoted">{asked.message.text}</blockquote>
          <p>{asked.what === "ban" ? words.banWhy : words.reportWhy}</p>
        </Dialog>
      )}
    </>
  );
}
