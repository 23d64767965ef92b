// A chat in one page, on the stock SDK. Everything a room says comes through `publication`; nothing is shown twice or out of order.
/* global Centrifuge */

const kept = 500;
const shown = 50;
const at = (id) => document.getElementById(id);
const list = at("messages");

let user = "";
let subscription;

const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/connection/websocket`;
const centrifuge = new Centrifuge(address, {
  // A visitor stays the same person: the identity that the server signed comes back with each connect.
  getData: async () => ({ identity: localStorage.getItem("identity") ?? "" }),
});

centrifuge
  .on("connecting", () => setStatus("connecting…"))
  .on("connected", ({ data }) => {
    user = data?.user ?? "";
    if (data?.identity) localStorage.setItem("identity", data.identity);
    setStatus(subscription?.state === "subscribed" ? `live in ${subscription.channel}` : "connected", true);
  })
  .on("disconnected", ({ reason }) => setStatus(`disconnected: ${reason}`));
centrifuge.connect();

function join(room) {
  if (subscription) {
    subscription.removeAllListeners();
    subscription.unsubscribe();
    centrifuge.removeSubscription(subscription);
  }
  list.replaceChildren();
  setProblem("");
  subscription = centrifuge.newSubscription(room);
  subscription
    .on("subscribed", (context) => void handleSubscribed(context))
    .on("publication", show)
    .on("unsubscribed", ({ reason }) => setProblem(`Not in ${room}: ${reason}`))
    .on("error", ({ error }) => setProblem(error.message));
  subscription.subscribe();
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
  const items = publications.filter(({ offset }) => !here.has(String(offset))).map(toItem);
  const last = publications.at(-1)?.offset ?? 0;
  const live = [...list.children].find((item) => Number(item.dataset.offset) > last);
  for (const item of items) list.insertBefore(item, live ?? null);
  if (atEnd) scrollToEnd();
}

function show(publication) {
  const atEnd = isAtEnd();
  list.append(toItem(publication));
  while (atEnd && list.children.length > kept) list.firstElementChild.remove();
  if (atEnd) scrollToEnd();
  else at("newer").hidden = false;
}

function toItem({ data, info, offset, tags }) {
  const item = document.createElement("li");
  item.dataset.offset = offset;
  item.classList.toggle("mine", info?.user === user);
  const author = document.createElement("span");
  author.className = "author";
  author.textContent = nameOf(info);
  const text = document.createElement("span");
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
  const room = at("room").value.trim();
  history.replaceState(null, "", `#${encodeURIComponent(room)}`);
  join(room);
});

at("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  if (text === "" || !subscription) return;
  at("text").value = "";
  // The same id on every try: a comment whose answer was lost is not said twice.
  const id = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  for (let attempt = 1; ; attempt++) {
    try {
      const { data } = await centrifuge.rpc("send", { channel: subscription.channel, id, data: { text } });
      setProblem(data.refused ? data.refused.message : "");
      return;
    } catch (error) {
      if (attempt === 5 || !(error.temporary || error.code < 100)) {
        setProblem(`Not sent: ${error.message}`);
        at("text").value ||= text;
        return;
      }
      setProblem(`Trying again: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
    }
  }
});

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

const wanted = decodeURIComponent(location.hash.slice(1));
if (wanted !== "") at("room").value = wanted;
join(at("room").value);
