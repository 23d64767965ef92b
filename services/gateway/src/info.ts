/** What each gateway holds: one asks, every one answers. */
import type { Bus } from "@madang/bus";
import { decodeJson, encodeJson, GatewayInfo, limits, subjects } from "@madang/contracts";

/** What this gateway says of itself. */
export type Counts = () => Omit<GatewayInfo, "v">;

export class InfoSurvey {
  readonly #bus: Bus;
  readonly #gateways: () => number;

  constructor({ bus, gateways }: { bus: Bus; gateways: () => number }) {
    this.#bus = bus;
    this.#gateways = gateways;
  }

  answerWith(counts: Counts): void {
    this.#bus.subscribe(subjects.info, (message) => message.respond(encodeJson({ v: 1, ...counts() } satisfies GatewayInfo)));
  }

  /** Of every gateway that answers in time. */
  async all(): Promise<ReturnType<Counts>[]> {
    const survey = { timeoutMs: limits.presenceSurveyMs, expected: this.#gateways() };
    const answers = await this.#bus.survey(subjects.info, new Uint8Array(), survey);
    return answers.map((answer) => {
      const { v: _, ...info } = decodeJson(GatewayInfo, answer);
      return info;
    });
  }
}
