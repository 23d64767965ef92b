/** Numbers, times and sums of money, as each language writes them. */

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Formats are slow to make and are needed for every line. */
function once<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, make: () => Format): Format {
  const known = made.get(key);
  if (known !== undefined) return known as Format;
  const format = make();
  made.set(key, format);
  return format;
}

/** 950, 1.2K, 3.4만. */
export function compact(count: number, language: string): string {
  return once(
    `compact ${language}`,
    () => new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }),
  ).format(count);
}

export function plain(count: number, language: string): string {
  return once(`plain ${language}`, () => new Intl.NumberFormat(language)).format(count);
}

export function clock(ms: number, language: string): string {
  return once(`clock ${language}`, () => new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" })).format(ms);
}

export function dayAndClock(ms: number, language: string): string {
  return once(
    `day ${language}`,
    () =>
      new Intl.DateTimeFormat(language, { month: "long", day: "numeric", weekday: "long", hour: "numeric", minute: "2-digit" }),
  ).format(ms);
}

/** `09:05:03`, to the second and of 24 hours: for those who look for a moment, and for columns. */
export function exactClock(ms: number, language: string): string {
  return once(
    `exact ${language}`,
    () => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  ).format(ms);
}

/** The same to the minute, with its day, in short. */
export function exactDayAndClock(ms: number, language: string): string {
  return once(
    `exact day ${language}`,
    () =>
      new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  ).format(ms);
}

/** `amount` is in the currency's smallest unit: 100 are one dollar, and a hundred won. */
export function money(amount: number, currency: string, language: string): string {
  const format = once(
    `money ${currency} ${language}`,
    () => new Intl.NumberFormat(language, { style: "currency", currency, currencyDisplay: "narrowSymbol" }),
  );
  const digits = once(`digits ${currency}`, () => new Intl.NumberFormat("en", { style: "currency", currency })).resolvedOptions();
  return format.format(amount / 10 ** (digits.maximumFractionDigits ?? 0));
}

/** Rounded up, so that it never says 0 while one still waits: `5s`, `2m`. */
export function span(ms: number, language: string): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  const [count, unit] =
    seconds < 60
      ? [seconds, "second"]
      : seconds < 3_600
        ? [Math.ceil(seconds / 60), "minute"]
        : seconds < 86_400
          ? [Math.ceil(seconds / 3_600), "hour"]
          : [Math.ceil(seconds / 86_400), "day"];
  return once(
    `span ${unit} ${language}`,
    () =>
      new Intl.NumberFormat(language, { style: "unit", unit: String(unit), unitDisplay: language === "en" ? "narrow" : "short" }),
  ).format(Number(count));
}

/** Longer comments are folded: one alone would push all others out of sight. */
const longCharacters = 700;
const longLines = 10;

export function isLong(text: string): boolean {
  if (text.length > longCharacters) return true;
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) if (++lines >= longLines) return true;
  return false;
}
