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
  const faults = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new StartError(`The settings are wrong. ${faults.join("; ")}.`);
}

/** Loads `.env` of the working directory, if there is one; what the environment sets already wins. */
export function loadDotEnv(path = ".env"): void {
  if (existsSync(path)) process.loadEnvFile(path);
}

/** Field shapes that several services read. */
export const setting = {
  port: () => z.coerce.number().int().min(0).max(65_535),
  flag: () => z.enum(["on", "off", "true", "false", "1", "0"]).transform((value) => ["on", "true", "1"].includes(value)),
  name: () => z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, - and _ only"),
  natsUrl: () => z.string().regex(/^(?:nats|tls):\/\/[^\s]+$/, "an address like nats://host:4222"),
  replicas: () => z.coerce.number().pipe(z.union([z.literal(1), z.literal(3), z.literal(5)])),
} as const;
