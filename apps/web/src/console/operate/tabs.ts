/** The parts of the operator's half. */
export const tabs = ["overview", "rooms", "actors", "members", "projectors", "letters", "connections"] as const;
export type Tab = (typeof tabs)[number];

export function tabOf(search: string): Tab {
  const asked = new URLSearchParams(search).get("operate");
  return tabs.find((one) => one === asked) ?? "overview";
}
