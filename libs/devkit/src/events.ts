import { type EventEntry, eventEntry, type Line, type Publication } from "@madang/contracts";

/** An event for tests that care for its place alone. */
export function eventAt(offset: number, line: Uint8Array = Buffer.from(`{"data":{},"offset":${offset},"tags":{}}`)): EventEntry {
  return { kind: "event", offset, type: "posted", author: "", lane: "all", mentions: [], line };
}

/** What is to be special about a line. */
export interface LineParts extends Partial<Pick<Line, "type" | "lane" | "mentions">> {
  author?: string;
  data?: Publication["data"];
  tags?: Partial<Publication["tags"]>;
}

/** An event as a room writes it, for tests that care for what it says and whom it is for. */
export function lineAt(offset: number, parts: LineParts = {}): EventEntry {
  const { type = "posted", author = "", lane = "all", mentions = [], data = { text: `#${offset}` }, tags } = parts;
  const publication = {
    data,
    ...(author === "" ? {} : { info: { user: author, client: `c-${author}` } }),
    offset,
    tags: { type, id: `id-${offset}`, time: "1000", ...tags },
  } as Publication;
  return eventEntry(publication, { lane, mentions });
}
