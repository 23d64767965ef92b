// A chat in one page, on the stock SDK. Everything a room says comes through `publication`; nothing is shown twice or out of order.
// The address says where: /#live:lobby, and who, where visitors need a token: /?token=…#live:lobby
/* global Centrifuge */

const kept = 500;
const shown = 50;
const at = (id) => document.getElementById(id);
const list = at("messages");

const token = new URLSearchParams(location.search).get("token") ?? "";
let user = "";
let subscription;

const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/connection/websocket`;
const centrifuge = new Centrifuge(address, {
  token,
  // A visitor stays the same person: the identity that the server signed comes back with each connect.
  getData: async () => ({ identity: localStorage.getItem("identity") ?? "" }),
});

centrifuge
  .on("connecting", () => setStatus("connecting…"))
  .on("connected", ({ data }) => {
    user = data?.user ?? userOf(token);
    at("who").textContent = nameOf({ user });
    if (data?.identity) localStorage.setItem("identity", data.identity);
    setStatus(subscription?.state === "subscribed" ? `live in ${subscription.channel}` : "connected", true);
  })
  .on("disconnected", ({ code, reason }) => {
    setStatus(`disconnected: ${reason}`);
    if (code === 3500)
      setProblem(token === "" ? "This site lets in no visitors: open the page with ?token=…" : "This token is not accepted.");
  });
centrifuge.connect();

/** A room is shown, and named in the address, once it has let us in. Until then, and if it does not, the former one stays. */
function join(room) {
  const former = subscription;
  if (former?.channel === room) return;
  setProblem("");
  const next = centrifuge.newSubscription(room);
  next
    .on("subscribed", (context) => {
      if (subscription !== next) {
        leave(subscription);
        subscription = next;
        list.replaceChildren();
        if (decodeURIComponent(location.hash.slice(1)) !== room) history.pushState(null, "", `#${encodeURIComponent(room)}`);
        at("room").value = room;
      }
      void handleSubscribed(context);
    })
    .on("publication", show)
    .on("unsubscribed", ({ reason }) => {
      setProblem(`Not in ${room}: ${reason}`);
      setStatus(`not in ${room}`);
      leave(next);
      if (subscription === next) subscription = undefined;
    })
    .on("error", ({ error }) => setProblem(error.message));
  next.subscribe();
}

function leave(old) {
  if (!old) return;
  old.removeAllListeners();
  old.unsubscribe();
  centrifuge.removeSubscription(old);
}

async function handleSubscribed({ streamPosition, wasRecovering, recovered, channel }) {
  setStatus(`live in ${channel}`, true);
  setProblem("");
  // Recovered lines follow as publications. Without them, the latest page is what there is to see.
  if (recovered || streamPosition.offset === 0) return;
  const mine = subscription;
  const { publications } = await mine.history({
    limit: shown,
    reverse: true,
    since: { offset: streamPosition.offset + 1, epoch: streamPosition.epoch },
  });
  if (mine !== subscription) return;
  if (wasRecovering) note("Some comments in between are not shown.");
  prepend(publications.reverse());
}

/** History is older than anything live, and goes before it; what came live meanwhile is not shown again. */
function prepend(publications) {
  const atEnd = isAtEnd();
  const here = new Set([...list.children].map((item) => item.dataset.offset));
  const items = publications
    .filter(({ offset, tags }) => tags?.type === "posted" && tags.deleted === undefined && !here.has(String(offset)))
    .map(toItem);
  const last = publications.at(-1)?.offset ?? 0;
  const live = [...list.children].find((item) => Number(item.dataset.offset) > last);
  for (const item of items) list.insertBefore(item, live ?? null);
  if (atEnd) scrollToEnd();
}

function show(publication) {
  if (takeAway(publication)) return;
  // Counters, skips and settings pass by here too; this page shows what people say.
  if (publication.tags?.type !== "posted") return;
  const atEnd = isAtEnd();
  list.append(toItem(publication));
  while (atEnd && list.children.length > kept) list.firstElementChild.remove();
  if (atEnd) scrollToEnd();
  else at("newer").hidden = false;
}

/** What a moderator took away, or its author changed, goes from the page as well. */
function takeAway({ data, tags, info }) {
  const items = [...list.children];
  const one = items.find(({ dataset }) => dataset.offset === String(data?.offset));
  switch (tags?.type) {
    case "deleted":
      one?.remove();
      return true;
    case "purged":
      for (const item of items) if (item.dataset.user === data.user && Number(item.dataset.offset) <= data.upTo) item.remove();
      return true;
    case "edited":
      if (one && one.dataset.user === info?.user) one.querySelector(".text").textContent = data.data?.text ?? "";
      return true;
    default:
      return false;
  }
}

function toItem({ data, info, offset, tags }) {
  const item = document.createElement("li");
  item.dataset.offset = offset;
  item.dataset.user = info?.user ?? "";
  item.classList.toggle("mine", info?.user === user);
  const author = document.createElement("span");
  author.className = "author";
  author.textContent = nameOf(info);
  const text = document.createElement("span");
  text.className = "text";
  text.textContent = typeof data.text === "string" ? data.text : JSON.stringify(data);
  const time = document.createElement("time");
  const when = new Date(Number(tags?.time ?? Date.now()));
  time.dateTime = when.toISOString();
  time.textContent = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  item.append(author, text, time);
  return item;
}

/** Visitors have long ids; their beginning tells them apart well enough. */
function nameOf(info) {
  const name = info?.connInfo?.name ?? info?.user ?? "server";
  return name.startsWith("anon_") ? name.slice(0, 9) : name;
}

function note(words) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  text.className = "note";
  text.textContent = words;
  item.append(text);
  list.append(item);
}

at("join").addEventListener("submit", (event) => {
  event.preventDefault();
  join(at("room").value.trim());
});

at("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  if (text === "" || !subscription) return;
  at("text").value = "";
  const waiting = pendingItem(text);
  // The same id on every try: a comment whose answer was lost is not said twice.
  const message = { channel: subscription.channel, id: newId(), data: { text } };
  for (let attempt = 1; ; attempt++) {
    try {
      await centrifuge.ready();
      const { data } = await centrifuge.rpc("send", message);
      setProblem(data.refused ? `Not sent: ${data.refused.message}${inSeconds(data.refused.retryAfterMs)}` : "");
      if (data.refused) at("text").value ||= text;
      else if (data.held) setProblem("A moderator looks at it first.");
      break;
    } catch (error) {
      // Below 100 are the SDK's own: no connection, or no answer in time.
      if (!(error.temporary || error.code < 100) || centrifuge.state === "disconnected") {
        setProblem(`Not sent: ${error.message}`);
        at("text").value ||= text;
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 500 * attempt)));
    }
  }
  waiting.remove();
});

function inSeconds(ms) {
  return ms === undefined ? "" : `, try again in ${Math.ceil(ms / 1_000)} s`;
}

/** What is on its way stands below everything, until its event comes. */
function pendingItem(text) {
  const item = document.createElement("p");
  item.textContent = `${text} …`;
  at("pending").append(item);
  return item;
}

/** Pages on plain HTTP beyond localhost have no randomUUID. */
function newId() {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

at("newer").addEventListener("click", scrollToEnd);
list.addEventListener("scroll", () => {
  if (isAtEnd()) at("newer").hidden = true;
});

function isAtEnd() {
  return list.scrollHeight - list.scrollTop - list.clientHeight < 40;
}

function scrollToEnd() {
  list.scrollTop = list.scrollHeight;
  at("newer").hidden = true;
}

function setStatus(words, live = false) {
  at("status").textContent = words;
  at("status").classList.toggle("live", live);
}

function setProblem(words) {
  at("problem").textContent = words;
}

/** Who a token speaks for. The server has checked it; here it is only shown. */
function userOf(jwt) {
  try {
    const bytes = Uint8Array.from(atob(jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (char) =>
      char.charCodeAt(0),
    );
    return JSON.parse(new TextDecoder().decode(bytes)).sub;
  } catch {
    return "";
  }
}

const roomOfAddress = () => decodeURIComponent(location.hash.slice(1)) || "live:lobby";
addEventListener("hashchange", () => join(roomOfAddress()));
addEventListener("popstate", () => join(roomOfAddress()));
at("room").value = roomOfAddress();
join(roomOfAddress());
