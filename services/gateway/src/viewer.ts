/** Who watches a room, as its lines need it. */
import type { ClientInfo, CloseCode } from "@madang/contracts";
import type { Frame } from "./frame.ts";
import type { Recipient } from "./room-view.ts";
import type { Row } from "./socket-table.ts";

/** One subscription of one socket, as the fan-out needs it. */
export interface Viewer extends Recipient {
  readonly hash: number;
  readonly info: ClientInfo;
  readonly wantsJoinLeave: boolean;
  /** Of its socket. */
  readonly row: Row;
  broadcast(frame: Frame): void;
  push(message: string): void;
  /** The server ends this subscription. */
  end(code: CloseCode): void;
}
