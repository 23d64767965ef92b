/** What comes over the wire, as the transport hands it on. */
import type { PublicationContext } from "centrifuge";

/** What a message is made of: JSON of up to 8 KiB. People read its `text`; `mentions` are user ids. */
export type Data = Readonly<Record<string, unknown>>;

export interface Publication {
  readonly data: Data;
  readonly offset?: number | undefined;
  readonly info?: { readonly user: string; readonly connInfo?: unknown } | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** @internal */
export function publicationOf({
  data,
  offset,
  info,
  tags,
}: Pick<PublicationContext, "data" | "offset" | "info" | "tags">): Publication {
  return { data, offset, info, tags: tags ?? {} };
}

/** One inside the answer of an rpc, where its names are the protocol's. */
export function publicationOfWire(raw: unknown): Publication {
  const { data, offset, info, tags } = raw as {
    data: Data;
    offset?: number;
    info?: { user: string; conn_info?: unknown };
    tags?: Record<string, string>;
  };
  return { data, offset, info: info && { user: info.user, connInfo: info.conn_info }, tags: tags ?? {} };
}
