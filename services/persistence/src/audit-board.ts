/** What the audit has found, for operators: its figures and its last findings, since it began here. */
import { type AuditNow, limits, type MemberId } from "@madang/contracts";
import type { AuditFigures, AuditNews } from "./audit.ts";
import { noFindings } from "./audit.ts";

export class AuditBoard {
  #figures: AuditFigures = noFindings().sum;
  #roundAt: number | undefined;
  #findings: AuditNow["findings"] = [];

  /** It begins anew, and remembers nothing. */
  begin(): void {
    this.#figures = noFindings().sum;
    this.#roundAt = undefined;
    this.#findings = [];
  }

  /** `time`: ms since 1970. */
  hear(news: AuditNews, time: number): void {
    if (news.kind === "mismatch") this.#find({ ...news.mismatch, at: time });
    if (news.kind !== "round") return;
    this.#figures = news.figures;
    this.#roundAt = time;
  }

  show(member: MemberId): AuditNow {
    const roundAt = this.#roundAt === undefined ? {} : { roundAt: this.#roundAt };
    return { member, ...roundAt, ...this.#figures, findings: this.#findings };
  }

  /** Round after round finds the same: it is one finding, found last now. */
  #find(finding: AuditNow["findings"][number]): void {
    const others = this.#findings.filter(
      ({ room, what, from }) => !(room === finding.room && what === finding.what && from === finding.from),
    );
    this.#findings = [finding, ...others].slice(0, limits.operateFindings);
  }
}
