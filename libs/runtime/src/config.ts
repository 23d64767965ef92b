/** The environment, checked and typed. */
import { existsSync } from "node:fs";
import { z } from "zod";
import { StartError } from "./start-error.ts";

export type Environment = Record<string, string | undefined>;

/**
 * Checks an environment against a schema whose keys are the variables' names. An empty variable counts as unset, as it stands in
 * an `.env` file that was copied and not filled in.
 *
 * @throws StartError that names every variable at fault.
 */
export function readConfig<S extends z.ZodType>(schema: S, environment: Environment): z.infer<S> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => {
    const name = path.join(".");
    return given[name] === undefined ? `${name} is not set` : `${name}: ${message}`;
  });
  throw new StartError(`The settings are wrong. ${faults.join("; ")}.`);
}

/** Loads `.env` of the working directory, if there is one; what the environment sets already wins. */
export function loadDotEnv(path = ".env"): void {
  if (existsSync(path)) process.loadEnvFile(path);
}

/** Whoever may vouch for the server that NATS_URL names. */
export const natsCaFile = { NATS_CA_FILE: z.string().optional() } as const;

/** Field shapes that several services read. */
export const setting = {
  port: () =>
    z
      .string()
      .regex(/^\d{1,5}$/, "a port from 0 to 65535")
      .transform(Number)
      .refine((port) => port <= 65_535, "a port from 0 to 65535"),
  flag: () =>
    z
      .string()
      .regex(/^(?:on|off)$/, "on or off")
      .transform((value) => value === "on"),
  bytes: () =>
    z
      .string()
      .regex(/^[1-9]\d{0,15}$/, "a number of bytes")
      .transform(Number),
  /** A whole number. `unit`: of what, e.g. `ms`, for whoever sets it wrong. */
  integer: ({ least, most, unit }: { readonly least: number; readonly most: number; readonly unit?: string }) => {
    const wanted = [`${least} to ${most}`, unit].join(" ").trim();
    return z
      .string()
      .regex(/^\d{1,15}$/, wanted)
      .transform(Number)
      .refine((value) => least <= value && value <= most, wanted);
  },
  /** With commas between them; unset: none. */
  list: () =>
    z
      .string()
      .default("")
      .transform((text) => text.split(",").flatMap((one) => one.trim() || [])),
  name: () => z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, - and _ only"),
  natsUrl: () => z.string().regex(/^(?:nats|tls):\/\/[^\s]+$/, "an address like nats://host:4222"),
  replicas: () => z.enum(["1", "3", "5"], "1, 3 or 5").transform((value) => Number(value) as 1 | 3 | 5),
} as const;
