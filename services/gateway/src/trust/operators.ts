/** Who may operate: a key that is for it, or a user whose token says so. */
import { ErrorCode, type ProtocolError } from "@madang/contracts";
import type { Request, RequestHandler, Response } from "express";
import type { Identities } from "../identity.ts";
import { Disconnect, ReplyError } from "../reply-error.ts";
import type { ApiKeys } from "./api-keys.ts";
import { keyOf, outOfScope } from "./scopes.ts";

type Caller = { readonly by: string } | { readonly status: 401 | 403; readonly error: ProtocolError };

/** Lets nobody else through: 401 for whoever is nobody, 403 for whoever may other things. */
export function operatorsOnly(trust: { keys: ApiKeys; identities: Pick<Identities, "connecting"> }): RequestHandler {
  return async (request, response, next) => {
    const caller = await callerOf(request, trust);
    if ("error" in caller) return void response.status(caller.status).json({ error: caller.error });
    response.locals.operator = caller.by;
    next();
  };
}

/** For the log: `user:<id>`, or `api-key`. */
export function operatorOf(response: Response): string {
  return String(response.locals.operator);
}

async function callerOf(
  request: Request,
  { keys, identities }: { keys: ApiKeys; identities: Pick<Identities, "connecting"> },
): Promise<Caller> {
  const token = /^bearer +(\S+)$/i.exec(request.get("authorization") ?? "")?.[1];
  if (token === undefined || request.get("x-api-key") !== undefined) {
    const scopes = keys.scopesOf(keyOf(request));
    if (scopes === undefined) return { status: 401, error: ErrorCode.unauthorized };
    return scopes.has("operate") ? { by: "api-key" } : { status: 403, error: outOfScope("operate") };
  }
  try {
    const { user, claims } = await identities.connecting(token, undefined);
    return claims.operator === true ? { by: `user:${user}` } : { status: 403, error: ErrorCode.permissionDenied };
  } catch (error) {
    // One that has expired is told apart, so that a console fetches another.
    if (error instanceof ReplyError) return { status: 401, error: error.reply };
    if (error instanceof Disconnect) return { status: 401, error: ErrorCode.unauthorized };
    throw error;
  }
}
