/** How an event of the room reads as an entry of the timeline. */
import { shortName } from "./identity.ts";
import type { Entry, Message, Person } from "./model.ts";
import { type Data, type Publication, publicationOfWire } from "./wire.ts";

/** Events that are shown by themselves, as notices. All others are messages and gifts, or change what is there. */
const notices = new Set(["configured", "scheduled", "opened", "closed", "moderated", "granted", "held", "reported", "rewound"]);

export function personOf(info: Publication["info"]): Person | undefined {
  if (info === undefined || info.user === "") return undefined;
  const { user, connInfo } = info;
  return {
    user,
    name: nameOf((connInfo as { name?: unknown } | null | undefined)?.name) ?? shortName(user),
    ...(connInfo === undefined ? {} : { info: connInfo }),
  };
}

/** Longer than anybody's. */
const maxName = 160;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Undefined: there is none, or nothing to see of it. The whole of a long one is in `info`. */
function nameOf(name: unknown): string | undefined {
  if (typeof name !== "string" || !visible.test(name)) return undefined;
  const characters = [...name.slice(0, 4 * maxName)];
  return characters.length > maxName ? `${characters.slice(0, maxName - 1).join("")}…` : name;
}

export function textOf(data: Data): string {
  if (typeof data.text === "string") return data.text;
  return Object.keys(data).length === 0 ? "" : JSON.stringify(data);
}

/** What one says may be a text alone. */
export function dataOf(said: string | Data): Data {
  return typeof said === "string" ? { text: said } : said;
}

const by = (author: Person | undefined) => (author === undefined ? {} : { author });

export function messageOf({ data, offset = 0, info, tags }: Publication, me: string, key = String(offset)): Message {
  return {
    kind: "message",
    key,
    offset,
    id: tags.id ?? "",
    ...by(personOf(info)),
    mine: info !== undefined && info.user === me,
    mentionsMe: mentions(data, me),
    at: Number(tags.time ?? 0),
    text: textOf(data),
    data,
    edited: tags.edited !== undefined,
    deleted: tags.deleted !== undefined,
    masked: tags.masked !== undefined,
    state: { kind: "sent" },
  };
}

/** What one says, until it has a place. */
export function echoOf(data: Data, { id, me, at }: { id: string; me: Person; at: number }): Message {
  return {
    kind: "message",
    key: `own-${id}`,
    id,
    author: me,
    mine: true,
    mentionsMe: mentions(data, me.user),
    at,
    text: textOf(data),
    data,
    edited: false,
    deleted: false,
    masked: false,
    state: { kind: "sending" },
  };
}

function mentions(data: Data, user: string): boolean {
  return user !== "" && Array.isArray(data.mentions) && data.mentions.includes(user);
}

/** None, where there is nothing to show. */
export function entryOf(publication: Publication, me: string, key?: string): Entry | undefined {
  const { data, offset = 0, info, tags } = publication;
  const type = tags.type ?? "";
  if (type === "posted") return messageOf(publication, me, key);
  const common = { key: String(offset), offset, at: Number(tags.time ?? 0) };
  if (type === "gifted") {
    const { user, amount, currency, data: more } = data as { user: string; amount: number; currency: string; data?: Data };
    return { kind: "gift", ...common, user, amount, currency, ...(more === undefined ? {} : { data: more }) };
  }
  if (!notices.has(type)) return undefined;
  const person = personOf(info);
  return { kind: "notice", ...common, type, ...(person === undefined ? {} : { by: person }), data };
}

/** The message that an event pins, at its own offset, as it read then. None: it was taken away since. */
export function pinnedBy({ data, offset, tags }: Publication): Publication | undefined {
  const { message } = data as { message?: { data: Data; info?: unknown; time: string } };
  if (tags.deleted !== undefined || message === undefined) return undefined;
  return publicationOfWire({
    ...message,
    offset: data.offset,
    tags: { type: "posted", id: `pin${offset}`, time: message.time },
  });
}

/** What is left of a message that was taken away, as history tells it. */
export function tombstoneOf({ offset, tags }: Publication): Publication {
  const { type = "", id = "", time = "" } = tags;
  return { data: {}, offset, tags: { type, id, time, deleted: "true" } };
}

/** The message as its author changed it, as history tells it. */
export function editedBy(message: Publication, edit: Publication): Publication {
  return { ...message, data: (edit.data.data ?? {}) as Data, tags: { ...message.tags, edited: String(edit.offset) } };
}
