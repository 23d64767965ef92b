// Texts that are taken, and come out harmless.
import { connectedSocket, type Row } from "./row.ts";

/** What was sent, and what everybody reads. */
const texts: [string, string, string][] = [
  ["line breaks of HTTP", "a\r\nSet-Cookie: x", "a\nSet-Cookie: x"],
  ["colours of a terminal", "\u001b[31mred\u001b[0m", "[31mred[0m"],
  ["a title of a terminal", "\u001b]0;owned\u0007", "]0;owned"],
  ["a NUL", "a\u0000b", "ab"],
  ["a control character of the second row", "a\u0085b\u009bc", "abc"],
  ["an override of direction", "a\u202eexe.txt", "aexe.txt"],
  ["isolates of direction", "\u2066a\u2069", "a"],
  ["half a surrogate", "a\ud800b", "a\ufffdb"],
  ["letters and marks apart", "e\u0301", "é"],
  ["Hangul in parts", "\u1112\u1161\u11ab", "한"],
  ["markup", "<script>alert(1)</script>", "<script>alert(1)</script>"],
];

export const textRows: Row[] = texts.map(([what, sent, shown], index) => ({
  name: `[P2] a text with ${what}`,
  ends: JSON.stringify(shown),
  play: async ({ authority }) => {
    const socket = await connectedSocket(authority);
    const channel = `text:t${index}`;
    socket.write(JSON.stringify({ id: 2, publish: { channel, data: { text: sent } } }));
    await socket.next();
    socket.write(JSON.stringify({ id: 3, history: { channel, limit: 1, reverse: true } }));
    const { history } = JSON.parse(await socket.next());
    socket.destroy();
    return JSON.stringify(history?.publications[0]?.data.text);
  },
}));
