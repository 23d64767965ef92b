// What a page hears of its chats, and how it gives one a token of its own user.
const state = document.querySelector("#state");
const chat = document.querySelector("madang-chat");

chat.addEventListener("madang-state", ({ detail }) => {
  const words = {
    connecting: "Connecting …",
    live: "You are in.",
    reconnecting: "One moment …",
    ended: `Ended: ${detail.reason}`,
  };
  state.textContent = words[detail.state];
});
chat.addEventListener("madang-message", ({ detail }) => {
  console.log(`${detail.name ?? "the host"}: ${detail.data.text}`);
});

// With users of your own: your server makes the token (docs/security.md), and is asked again whenever one has expired.
// chat.getToken = async () => (await fetch("/chat-token", { method: "POST" })).text();
