/** How many may come in, and how much each may ask. Every limit has a setting, and all of them are one table in docs/limits.md. */
import { limits } from "@madang/contracts";
import { noQuota, type Quota } from "@madang/runtime";
import { z } from "zod";

/** What one socket may do. */
export interface SocketLimits {
  readonly commands: Quota;
  /** Commands that make others work. They are commands too. */
  readonly questions: Quota;
  readonly bytesIn: Quota;
  /** Pings, pongs, and `{}`. */
  readonly controls: Quota;
  /** Refusals that it is told of before it is closed. */
  readonly refusals: Quota;
}

export interface DoorLimits {
  /** Sockets of this gateway, of one address, of one user. */
  readonly connections: number;
  readonly connectionsPerIp: number;
  readonly connectionsPerUser: number;
  readonly newConnections: Quota;
  readonly newConnectionsPerIp: Quota;
  /** Commands of all sockets of one address. */
  readonly commandsPerIp: Quota;
  /** Rooms that are started by one user, and by all of one address. */
  readonly startsPerUser: Quota;
  readonly startsPerIp: Quota;
  readonly socket: SocketLimits;
}

const none = Number.POSITIVE_INFINITY;

export const noLimits: DoorLimits = {
  connections: none,
  connectionsPerIp: none,
  connectionsPerUser: none,
  newConnections: noQuota,
  newConnectionsPerIp: noQuota,
  commandsPerIp: noQuota,
  startsPerUser: noQuota,
  startsPerIp: noQuota,
  socket: { commands: noQuota, questions: noQuota, bytesIn: noQuota, controls: noQuota, refusals: noQuota },
};

/** Each setting with its default. A quota's burst grows and shrinks with it. */
export const doorSettings = {
  MADANG_MAX_CONNECTIONS: limits.connectionsPerGateway,
  MADANG_MAX_CONNECTIONS_PER_IP: limits.connectionsPerIp,
  MADANG_MAX_CONNECTIONS_PER_USER: limits.connectionsPerUser,
  MADANG_NEW_CONNECTIONS_PER_S: limits.newConnectionsPerS,
  MADANG_NEW_CONNECTIONS_PER_IP_PER_S: limits.newConnectionsPerIpPerS,
  MADANG_COMMANDS_PER_S: limits.commandsPerS,
  MADANG_COMMANDS_PER_IP_PER_S: limits.commandsPerIpPerS,
  MADANG_QUESTIONS_PER_S: limits.questionsPerS,
  MADANG_BYTES_IN_PER_S: limits.bytesInPerS,
} as const;
type Setting = keyof typeof doorSettings;

const count = z
  .string()
  .regex(/^\d{1,9}$/, "a number; 0: no limit")
  .transform((text) => Number(text) || none);

/** For the gateway's schema. `MADANG_LIMITS=off` is 0 for each that has no value of its own. */
export const doorShape = {
  MADANG_LIMITS: z.enum(["on", "off"], "on or off").default("on"),
  ...(Object.fromEntries(Object.keys(doorSettings).map((name) => [name, count.optional()])) as unknown as Record<
    Setting,
    z.ZodOptional<typeof count>
  >),
};

type Read = { MADANG_LIMITS: "on" | "off" } & { [name in Setting]?: number | undefined };

export function doorLimitsOf(read: Read): DoorLimits {
  const on = read.MADANG_LIMITS === "on";
  const value = (name: Setting) => read[name] ?? (on ? doorSettings[name] : none);
  const quota = (name: Setting, burst: number): Quota => {
    const perS = value(name);
    return perS === none ? noQuota : { perS, burst: Math.max(1, Math.round((perS / doorSettings[name]) * burst)) };
  };
  const fixed = (perS: number, burst: number): Quota => (on ? { perS, burst } : noQuota);
  return {
    connections: value("MADANG_MAX_CONNECTIONS"),
    connectionsPerIp: value("MADANG_MAX_CONNECTIONS_PER_IP"),
    connectionsPerUser: value("MADANG_MAX_CONNECTIONS_PER_USER"),
    newConnections: quota("MADANG_NEW_CONNECTIONS_PER_S", limits.newConnectionsBurst),
    newConnectionsPerIp: quota("MADANG_NEW_CONNECTIONS_PER_IP_PER_S", limits.newConnectionsPerIpBurst),
    commandsPerIp: quota("MADANG_COMMANDS_PER_IP_PER_S", limits.commandsPerIpBurst),
    startsPerUser: fixed(limits.startsPerUserPerHour / 3_600, limits.startsPerUserBurst),
    startsPerIp: fixed(limits.startsPerIpPerHour / 3_600, limits.startsPerIpBurst),
    socket: {
      commands: quota("MADANG_COMMANDS_PER_S", limits.commandsBurst),
      questions: quota("MADANG_QUESTIONS_PER_S", limits.questionsBurst),
      // At least one whole message, or nobody could say anything.
      bytesIn: atLeast(limits.frameBytes, quota("MADANG_BYTES_IN_PER_S", limits.bytesInBurst)),
      controls: fixed(limits.controlsPerS, limits.controlsBurst),
      refusals: fixed(limits.refusalsPerS, limits.refusalsBurst),
    },
  };
}

function atLeast(least: number, { perS, burst }: Quota): Quota {
  return { perS, burst: Math.max(least, burst) };
}
