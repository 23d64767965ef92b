/** What `GET /metrics` says of a gateway. */
import { DisconnectCode, ErrorCode, wire } from "@madang/contracts";
import { durations, type Figure, type Meter, showFigures } from "@madang/runtime";
import type { Traffic, TrafficTimes, TurnedAway } from "./traffic.ts";

/** How things stand when somebody asks. */
export interface GatewayState {
  /** Sockets, connected or about to be. */
  readonly connections: number;
  readonly rooms: number;
  readonly subscriptions: number;
  readonly natsGood: boolean;
  readonly ready: boolean;
}

const stateFigures: readonly Figure<GatewayState>[] = [
  {
    name: "madang_gateway_ready",
    kind: "gauge",
    value: ({ ready }) => (ready ? 1 : 0),
    description: "1 while it can serve",
  },
  {
    name: "madang_gateway_nats_answers",
    kind: "gauge",
    value: ({ natsGood }) => (natsGood ? 1 : 0),
    description: "1 while NATS is there, hears and answers",
  },
  {
    name: "madang_gateway_connections",
    kind: "gauge",
    value: ({ connections }) => connections,
    description: "Sockets that are open",
  },
  {
    name: "madang_gateway_rooms",
    kind: "gauge",
    value: ({ rooms }) => rooms,
    description: "Rooms that are followed here",
  },
  {
    name: "madang_gateway_subscriptions",
    kind: "gauge",
    value: ({ subscriptions }) => subscriptions,
    description: "Sockets times the rooms that each watches",
  },
];

const trafficFigures: readonly Figure<Traffic>[] = [
  {
    name: "madang_gateway_connections_opened",
    kind: "counter",
    value: ({ opened }) => opened,
    description: "Sockets that were accepted",
  },
  {
    name: "madang_gateway_pings",
    kind: "counter",
    value: ({ pings }) => pings,
    description: "Heartbeats sent to sockets",
  },
  {
    name: "madang_gateway_received_frames",
    kind: "counter",
    value: ({ framesReceived }) => framesReceived,
    description: "Frames that clients sent",
  },
  {
    name: "madang_gateway_received_bytes",
    kind: "counter",
    value: ({ bytesReceived }) => bytesReceived,
    description: "Bytes in frames that clients sent",
  },
  {
    name: "madang_gateway_sent_frames",
    kind: "counter",
    value: ({ framesSent }) => framesSent,
    description: "Frames written to sockets, each socket counted",
  },
  {
    name: "madang_gateway_sent_bytes",
    kind: "counter",
    value: ({ bytesSent }) => bytesSent,
    description: "Bytes in frames written to sockets, each socket counted",
  },
  {
    name: "madang_gateway_gaps",
    kind: "counter",
    value: ({ gaps }) => gaps,
    description: "Times that lines of a room had not come and were read from the past",
  },
  {
    name: "madang_gateway_backfilled_lines",
    kind: "counter",
    value: ({ backfilledLines }) => backfilledLines,
    description: "Lines that were read from the past, since they had not come",
  },
  {
    name: "madang_gateway_lost_ranges",
    kind: "counter",
    value: ({ lostRanges }) => lostRanges,
    description: "Gaps whose lines are in no place any more: viewers started anew",
  },
];

const times = (name: string, description: string): Figure<number> => ({
  name,
  kind: "counter",
  value: (count) => count,
  description,
});
const commands = times("madang_gateway_commands", "Commands of clients and calls of the server API, by method");
const refusals = times("madang_gateway_refusals", "Errors in replies and refusals in answers, by code");
const closes = times(
  "madang_gateway_connections_closed",
  "Sockets that are gone, by close code; 0 where the client or the network ended it",
);

const turnedAway = times(
  "madang_gateway_connections_refused",
  "Sockets that were not let in, by reason: no place for an address or for anybody, a page of another origin, not ready",
);

const methods = [...Object.keys(wire.requests).filter((method) => method !== "rpc"), "rpc send"];
const codes = Object.values(ErrorCode).map(({ code }) => code);
const reasons = ["address-full", "address-rate", "full", "rate", "origin", "unready"] as const satisfies readonly TurnedAway[];
const closeCodes = [0, ...Object.values(DisconnectCode).map(({ code }) => code)];

export function showGateway(meter: Meter, { traffic, state }: { traffic: Traffic; state: () => GatewayState }): void {
  showFigures(meter, stateFigures, () => [[{}, state()]]);
  showFigures(meter, trafficFigures, () => [[{}, traffic]]);
  // From the start, so that the first of a kind is a rise and not a beginning.
  for (const method of methods) traffic.commands.set(method, 0);
  for (const code of codes) traffic.refusals.set(code, 0);
  for (const code of closeCodes) traffic.closes.set(code, 0);
  for (const reason of reasons) traffic.turnedAway.set(reason, 0);
  showFigures(meter, [turnedAway], () => labelled("reason", traffic.turnedAway));
  showFigures(meter, [commands], () => labelled("method", traffic.commands));
  showFigures(meter, [refusals], () => labelled("code", traffic.refusals));
  showFigures(meter, [closes], () => labelled("code", traffic.closes));
}

function* labelled(label: string, counts: ReadonlyMap<string | number, number>): Iterable<[Record<string, string>, number]> {
  for (const [key, count] of counts) yield [{ [label]: String(key) }, count];
}

/** The clock's part. */
export function trafficTimes(meter: Meter): TrafficTimes {
  const command = durations(
    meter,
    "madang_gateway_command_duration_seconds",
    "From a command's arrival to its reply or failure, in seconds, by method",
  );
  const fanOut = durations(
    meter,
    "madang_gateway_fan_out_duration_seconds",
    "From the arrival of the first of some lines that go out together to their last viewer here, in seconds",
  );
  const labels = new Map<string, { method: string }>();
  return {
    command: (method, ms) => {
      let label = labels.get(method);
      if (label === undefined) {
        label = { method };
        labels.set(method, label);
      }
      command.record(ms / 1_000, label);
    },
    fanOut: (ms) => fanOut.record(ms / 1_000),
  };
}
