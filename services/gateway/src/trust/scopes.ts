/** What the key of a call to the server API is for, from where it is looked at to where it is asked about. */
import { ErrorCode, type ProtocolError, withDetail } from "@madang/contracts";
import type { Request, RequestHandler, Response } from "express";
import type { Scope } from "./api-keys.ts";

export function letDo(response: Response, may: ReadonlySet<Scope>): void {
  response.locals.may = may;
}

export function mayOf(response: Response): ReadonlySet<Scope> {
  return response.locals.may ?? new Set();
}

/** Stands before whatever needs the scope: others are answered with 403. */
export function needs<Parameters>(scope: Scope): RequestHandler<Parameters> {
  return (_, response, next) => {
    if (mayOf(response as Response).has(scope)) next();
    else response.status(403).json({ error: outOfScope(scope) });
  };
}

export function outOfScope(scope: Scope): ProtocolError {
  return withDetail(ErrorCode.permissionDenied, `this key is not for ${scope}`);
}

/** The key that a call comes with, or `""`. */
export function keyOf(request: Request): string {
  return request.get("x-api-key") ?? request.get("authorization")?.replace(/^apikey /i, "") ?? "";
}
