/** Who may operate: a key that is for it, or a user whose token says so. */
import { ErrorCode, type ProtocolError } from "@madang/contracts";
import type { Request, RequestHandler, Response } from "express";
import type { Identities } from "../identity.ts";
import { Disconnect, ReplyError } from "../reply-error.ts";
import type { ApiKeys } from "./api-keys.ts";
import { keyOf, outOfScope } from "./scopes.ts";

type Caller = { readonly by: string } | { readonly status: 401 | 403 | 503; readonly error: ProtocolError };

export interface OperatorTrust {
  readonly keys: ApiKeys;
  readonly identities: Pick<Identities, "connecting">;
  /** Whether NATS answers: without it nobody can say whether a token was revoked a moment ago. */
  readonly good: () => boolean;
}

/** Lets nobody else through: 401 for whoever is nobody, 403 for whoever may other things, 503 while a token cannot be looked at. */
export function operatorsOnly(trust: OperatorTrust): RequestHandler {
  return async (request, response, next) => {
    const caller = await callerOf(request, trust);
    if ("error" in caller) {
      if (caller.error.temporary) response.set("Retry-After", "1");
      return void response.status(caller.status).json({ error: caller.error });
    }
    response.locals.operator = caller.by;
    next();
  };
}

/** For the log: `user:<id>`, or `api-key`. */
export function operatorOf(response: Response): string {
  return String(response.locals.operator);
}

async function callerOf(request: Request, { keys, identities, good }: OperatorTrust): Promise<Caller> {
  const token = /^bearer +(\S+)$/i.exec(request.get("authorization") ?? "")?.[1];
  if (token === undefined || request.get("x-api-key") !== undefined) {
    const scopes = keys.scopesOf(keyOf(request));
    if (scopes === undefined) return { status: 401, error: ErrorCode.unauthorized };
    return scopes.has("operate") ? { by: "api-key" } : { status: 403, error: outOfScope("operate") };
  }
  if (!good()) return { status: 503, error: ErrorCode.internal };
  try {
    const { user, claims } = await identities.connecting(token, undefined);
    return claims.operator === true ? { by: `user:${user}` } : { status: 403, error: ErrorCode.permissionDenied };
  } catch (error) {
    // One that has expired is told apart, so that a console fetches another.
    if (error instanceof ReplyError) return { status: error.reply.temporary ? 503 : 401, error: error.reply };
    if (error instanceof Disconnect) return { status: 401, error: ErrorCode.unauthorized };
    throw error;
  }
}
