/** The gateways and who is connected to them; and the end of somebody's connections. */
import type { GatewayNow, OperateDisconnect, OperateOverview } from "@madang/contracts";
import { useState } from "react";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";
import type { OperateApi } from "./api.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { useDeeds } from "./deed.tsx";
import { useSeconds } from "./watch.ts";

export function ConnectionsPanel({ api, overview }: { readonly api: OperateApi; readonly overview: OperateOverview }) {
  const words = useWords(operateWords);
  const now = useSeconds();
  const gateways = overview.members.filter((one) => one.kind === "gateway");
  const number = (
    key: "sockets" | "connections" | "users" | "rooms" | "opened" | "closedSlow",
    name: string,
  ): Column<GatewayNow> => ({
    key,
    name,
    number: true,
    value: (one) => one[key],
    cell: (one) => words.number(one[key]),
  });
  const columns: readonly Column<GatewayNow>[] = [
    { key: "name", name: words.gateway, value: ({ name }) => name, cell: ({ name }) => name },
    { key: "version", name: words.version, value: ({ version }) => version, cell: ({ version }) => version },
    {
      key: "since",
      name: words.aliveFor,
      number: true,
      value: ({ startedAt }) => -startedAt,
      cell: ({ startedAt }) => <span title={words.timeAndDay(startedAt)}>{words.span(Math.max(0, now - startedAt))}</span>,
    },
    {
      key: "nats",
      name: "NATS",
      value: ({ natsAnswers }) => Number(natsAnswers),
      cell: ({ natsAnswers }) => (
        <span className={natsAnswers ? "console-tag console-tag-good" : "console-tag console-tag-bad"}>
          {natsAnswers ? words.answers : words.silent}
        </span>
      ),
    },
    number("sockets", words.sockets),
    number("connections", words.connections),
    number("users", words.users),
    number("rooms", words.roomsWatched),
    number("opened", words.opened),
    number("closedSlow", words.closedSlow),
    { key: "closed", name: words.closedByCode, cell: ({ closed }) => codes(closed) || words.none },
  ];
  return (
    <section className="operate-panel" aria-label={words.tab_connections}>
      <h2>{words.tab_connections}</h2>
      <p className="console-quiet">{words.connectionsAbout}</p>
      <DataTable
        name={words.tab_connections}
        columns={columns}
        rows={gateways}
        keyOf={({ member }) => member}
        empty={words.noGateways}
      />
      <Disconnect api={api} />
    </section>
  );
}

/** `3000: 2, 3503: 1`. */
function codes(closed: GatewayNow["closed"]): string {
  return Object.entries(closed)
    .filter(([, n]) => n > 0)
    .map(([code, n]) => `${code}: ${n}`)
    .join(", ");
}

const longestUser = 128;

function Disconnect({ api }: { readonly api: OperateApi }) {
  const words = useWords(operateWords);
  const [typed, setTyped] = useState("");
  const deeds = useDeeds();
  const user = typed.trim();
  return (
    <section className="operate-disconnect" aria-labelledby="operate-disconnect">
      <h2 id="operate-disconnect">{words.disconnect}</h2>
      <p className="console-quiet">{words.disconnectAbout}</p>
      <form
        className="console-inline"
        onSubmit={(event) => {
          event.preventDefault();
          if (user === "") return;
          deeds.ask({
            title: words.disconnectTitle(user),
            about: words.disconnectAbout,
            verb: words.disconnectVerb,
            run: async () => {
              const answer = await api.post<OperateDisconnect>("disconnect", { user });
              return answer.ok ? { ok: true, value: { good: true, words: words.disconnected(user) } } : answer;
            },
          });
        }}
      >
        <label className="console-field console-field-wide">
          <span>{words.user}</span>
          <input
            name="user"
            value={typed}
            required
            maxLength={longestUser}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit" className="console-button">
          {words.disconnectVerb}
        </button>
      </form>
      {deeds.shown}
    </section>
  );
}
