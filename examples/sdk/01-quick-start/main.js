// A chat without a framework: show the view whenever it has changed.
import { connect } from "@madang/client";

const address = new URLSearchParams(location.search);
const client = connect({ url: address.get("url") ?? "ws://localhost:8000/connection/websocket" });
const room = client.room(address.get("room") ?? "live:lobby");
const at = (id) => document.getElementById(id);

room.subscribe(() => {
  const { entries, counters, heartsPending } = room.view;
  const hearts = Object.values(counters?.hearts ?? {}).reduce((sum, count) => sum + count, heartsPending);
  at("status").textContent = `${client.connection.kind}, ${counters?.viewers ?? 0} watch, ${hearts} hearts`;
  at("messages").replaceChildren(...entries.filter(({ kind }) => kind === "message").map(toItem));
});

/** Text is set as text: what people say is never HTML. */
function toItem({ author, text, state }) {
  const item = document.createElement("li");
  item.textContent = `${author?.name ?? "The site"}: ${text}`;
  if (state.kind === "sending") item.textContent += " …";
  if (state.kind === "refused") item.textContent += ` (${state.problem.message})`;
  return item;
}

at("send").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  if (text !== "") room.send(text);
  at("text").value = "";
});
at("heart").addEventListener("click", () => room.heart());
