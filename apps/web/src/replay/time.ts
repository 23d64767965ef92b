/** Times of a broadcast, in ms from its start, as addresses and people write them. */

const parts = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$/;

/** `1h2m3s`, `1m30s`, `90`: what an address says. Undefined: it says none. */
export function timeOf(text: string | null): number | undefined {
  const found = text === null || text === "" ? null : parts.exec(text);
  if (found === null) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

/** The same for an address: `1m30s`. */
export function timeInAddress(ms: number): string {
  const [hours, minutes, seconds] = split(ms);
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}

/** `1:05`, `1:02:03`. */
export function timecode(ms: number): string {
  const [hours, minutes, seconds] = split(ms);
  const two = (part: number) => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

function split(ms: number): [hours: number, minutes: number, seconds: number] {
  const all = Math.floor(Math.max(0, ms) / 1_000);
  return [Math.floor(all / 3_600), Math.floor(all / 60) % 60, all % 60];
}
