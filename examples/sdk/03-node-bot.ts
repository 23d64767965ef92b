// A bot in Node: greets whoever says hello, and counts hearts. MADANG_URL, ROOM and, if the site lets in no visitors, MADANG_TOKEN.
import { connect } from "@madang/client";

const { MADANG_URL = "ws://localhost:8000/connection/websocket", MADANG_TOKEN, ROOM = "live:lobby" } = process.env;
const client = connect({ url: MADANG_URL, ...(MADANG_TOKEN === undefined ? {} : { token: MADANG_TOKEN }) });
const room = client.room(ROOM);

// Events come once each and in order, also those that were missed in between; what was said before the bot came does not.
room.on("posted", ({ by, data, offset }) => {
  if (by === undefined || by.user === client.user || data.text !== "!hello") return;
  room.send({ text: `Hello, ${by.name}!`, to: offset, mentions: [by.user] });
});
room.on("hearts", (growth) => {
  for (const [kind, count] of Object.entries(growth)) console.log(`${count} × ${kind}`);
});
room.on("problem", ({ what, problem }) => console.error(`${what}: ${problem.message}`));

let standing = "";
room.subscribe(() => {
  const { membership } = room.view;
  if (membership.kind === standing) return;
  standing = membership.kind;
  console.log(membership.kind === "left" ? `not in ${ROOM}: ${membership.reason}` : `${ROOM}: ${standing}`);
});
process.on("SIGINT", () => {
  client.close();
  process.exit();
});
