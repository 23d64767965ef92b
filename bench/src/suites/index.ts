import type { Suite } from "../suite.ts";
import { ackLatency } from "./ack-latency.ts";
import { fanOut } from "./fan-out.ts";
import { ingest } from "./ingest.ts";

export const suites: { readonly [name: string]: Suite } = { ingest, "ack-latency": ackLatency, "fan-out": fanOut };
