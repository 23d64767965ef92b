// Keys in the bucket of leases, whoever wrote them: each is a member's, or passed over.
import { MemberId } from "@madang/contracts";
import { bytesNear, fuzz } from "@madang/devkit";
import { expect, test } from "vitest";
import { Membership } from "./membership.ts";

test("a key of the lease bucket is a member's, or nobody's", async () => {
  const prefix = "$KV.members.";
  let hear = (_: string) => {};
  const bus = {
    subscribe: (_: string, handler: (message: { subject: string; header: () => string }) => void) => {
      hear = (key) => handler({ subject: `${prefix}${key}`, header: () => "" });
      return { close: () => {} };
    },
  };
  const bucket = { subject: `${prefix}>`, prefix, keys: async () => [] };
  const keys = bytesNear(["room.room-1a2b3c4d", "gateway.gateway-1a2b3c4d", "persistence.p-1", "projector.3"]);
  await fuzz(keys, async (bytes) => {
    const membership = await Membership.join({ bus: bus as never, bucket: bucket as never });
    hear(Buffer.from(bytes).toString());
    for (const kind of ["room", "gateway", "persistence"] as const) {
      for (const member of membership.live(kind)) expect(MemberId.safeParse(member).success).toBe(true);
    }
    await membership.leave();
  });
});
