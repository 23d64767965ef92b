/** For tests of migrations: what a store had of gifts before it knew them by their ids, in SQL whose names are quoted as its reader wants them. */
const rows = [
  [2, "gifted", "pay-1", { user: "kim", amount: 500, currency: "KRW" }],
  [3, "posted", "m3", { text: "thanks" }],
  [4, "gifted", "pay-1", { user: "kim", amount: 9, currency: "KRW" }],
  [5, "gifted", "pay-2", { user: "lee", amount: 7, currency: "JPY" }],
] as const;

/** Room `r`: a gift of 500 KRW that was counted twice, with another amount, a message, and a gift of 7 JPY. */
export const formerGifts = (quote: string): string[] =>
  rows.flatMap(([offset, type, id, data]) => {
    const at = `${quote}offset${quote}`;
    const line = JSON.stringify({ data, offset, tags: { type, id, time: "1" } });
    return [
      `INSERT INTO events (room, ${at}, type, author, message_id, time, line) VALUES ('r', ${offset}, '${type}', '', '${id}', 1, '${line}')`,
      ...(type === "posted" ? [] : [`INSERT INTO acts (room, type, ${at}) VALUES ('r', '${type}', ${offset})`]),
    ];
  });
