// Why there is no nats-server, in a sentence for the person who started it.

export type NatsServerFailure = "binary-missing" | "binary-too-old" | "directory" | "in-use" | "port-taken" | "not-ready";

export class NatsServerError extends Error {
  override name = "NatsServerError";
  readonly reason: NatsServerFailure;

  constructor(reason: NatsServerFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
