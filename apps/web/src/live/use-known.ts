import type { Membership } from "@madang/client";
import { useEffect, useState } from "react";

/** Whether the room has let one in, so that what the view says of it is true; also while one is on the way back to it. */
export function useKnown({ kind }: Membership): boolean {
  const [was, setWas] = useState(false);
  useEffect(() => {
    if (kind === "live") setWas(true);
  }, [kind]);
  return kind === "live" || (was && kind === "joining");
}
