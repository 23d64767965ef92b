/** That somebody types: told to a room now and then, and to nobody where that would be noise, or is not theirs to say. */
import { encodeJson, limits, type RoomId, type Signal, subjects } from "@madang/contracts";
import type { Gateway } from "./gateway.ts";
import type { OpenSession } from "./open-session.ts";
import { followed } from "./room-now.ts";

export function tellTyping(gateway: Pick<Gateway, "bus" | "hub" | "now">, client: OpenSession, room: RoomId): void {
  const now = gateway.now();
  if (!client.subscriptions.has(room)) return;
  // As with presence: it is told in rooms small enough for it to matter.
  if ((gateway.hub.get(room)?.audience ?? 0) > limits.presenceClients) return;
  // Who is shadowed may not see it, and nobody else may see them.
  if (followed(gateway, room)?.view?.state.sanctions.isHeard(client.info.user, now) === false) return;
  const { typedAt } = client;
  if (now - (typedAt.get(room) ?? Number.NEGATIVE_INFINITY) < limits.typingEveryMs) return;
  for (const other of typedAt.keys()) if (!client.subscriptions.has(other)) typedAt.delete(other);
  typedAt.set(room, now);
  gateway.bus.publish(subjects.signal(room), encodeJson({ v: 1, type: "typing", info: client.info } satisfies Signal));
}
