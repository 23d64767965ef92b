/** How a line reads, by what is known of messages since. The log keeps every line as it was; all readers get it by this. Pure. */
import { type JsonObject, type Line, type Publication, publicationOf } from "@madang/contracts";

/** What has become of messages, as far as somebody knows. */
export interface Known {
  isGone(offset: number, author: string): boolean;
  /** How its author changed a message last, and by the event at which offset. */
  editOf(offset: number): { readonly by: number; readonly data: JsonObject } | undefined;
}

/** The line as it reads now: the very same, if nothing has become of it. */
export function readAs(line: Line, known: Known): Line {
  const { offset, type, author } = line;
  const repeated = repeatedIn(line);
  if (repeated !== undefined) return known.isGone(repeated.offset, repeated.author) ? withoutWords(line) : line;
  if (type !== "posted") return line;
  if (known.isGone(offset, author)) return tombstone(line);
  const edit = known.editOf(offset);
  return edit === undefined ? line : edited(line, edit);
}

/** The message whose words a line repeats, be it as they were or as they are: that of an edit, or of a pin. */
export function repeatedIn(line: Line): { offset: number; author: string } | undefined {
  if (line.type !== "edited" && line.type !== "pinned") return undefined;
  const { offset, message } = publicationOf(line).data as { offset: number; message?: { info?: { user?: string } } };
  // Nobody edits another's.
  return { offset, author: line.type === "edited" ? line.author : (message?.info?.user ?? "") };
}

/** What repeats the words of a message says no more than where it was, once that is gone. */
function withoutWords(line: Line): Line {
  const publication = publicationOf(line);
  const { offset } = publication.data;
  return withPublication(line, {
    ...publication,
    data: { offset },
    tags: { ...publication.tags, deleted: "true" },
  });
}

/** What stays of a message that is gone: its place, id and time. */
function tombstone(line: Line): Line {
  const { offset, tags } = publicationOf(line);
  const { type, id, time } = tags;
  return withPublication(line, { data: {}, offset, tags: { type, id, time, deleted: "true" } });
}

/** A message as its author changed it. */
function edited(line: Line, { by, data }: { readonly by: number; readonly data: JsonObject }): Line {
  const publication = publicationOf(line);
  // Whoever remembers only the edit shows nothing that is gone.
  if (publication.tags.deleted !== undefined) return line;
  const tags = { ...publication.tags, edited: String(by) };
  return withPublication(line, { ...publication, data, tags });
}

function withPublication(line: Line, publication: Publication): Line {
  return { ...line, line: Buffer.from(JSON.stringify(publication)) };
}
