import type { RoomId } from "@madang/contracts";

/** The log cannot be asked now; nothing was stored by this call. */
export class LogUnavailable extends Error {
  override readonly name = "LogUnavailable";
}

/** What was to be written may be stored, now or later: who needs to know looks, or writes the same again. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** An append found another last record than it expected, or itself. */
export class AppendRefused extends Error {
  override readonly name = "AppendRefused";
}

/** No answer to an append: it may be stored, now or later. */
export class AppendUnanswered extends Error {
  override readonly name = "AppendUnanswered";
}

/** The log has no space left. Nothing was stored. */
export class LogFull extends Error {
  override readonly name = "LogFull";
}

/** Someone else writes to this room now, whatever our lease says. What was not yet confirmed may or may not be stored. */
export class Fenced extends Error {
  override readonly name = "Fenced";
  readonly room: RoomId;

  constructor(room: RoomId, options?: ErrorOptions) {
    super(`room ${room} has another writer`, options);
    this.room = room;
  }
}

/** The room's records are all gone, aged out or purged, since its last append; of an append in doubt, perhaps its own among them. */
export class Emptied extends Error {
  override readonly name = "Emptied";
}

/** A stream is another one of its name, or has lost the newest of its records: its reader begins anew. */
export class LogReplaced extends Error {
  override readonly name = "LogReplaced";
}

/** The log has lost the newest of what it had confirmed, as after a restored backup. */
export class RolledBack extends Error {
  override readonly name = "RolledBack";
}

/** What a claim builds on was read on a former connection, and may not be so any more: it is not tried again. */
export class ConnectedAnew extends Error {
  override readonly name = "ConnectedAnew";
}
