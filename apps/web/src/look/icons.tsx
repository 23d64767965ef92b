/** Line drawings of 20 × 20, in the colour of the text. They say nothing to a screen reader: what holds one has a name. */
const drawings = {
  send: "M3.5 10 16.5 3.8 12.6 16.4 9.6 11.2Z M9.6 11.2 16.5 3.8",
  more: "M5 10h.01 M10 10h.01 M15 10h.01",
  close: "M5.5 5.5l9 9 M14.5 5.5l-9 9",
  pin: "M7 3.5h6 M8 3.5l-.6 5.2L5 11.5h10l-2.4-2.8-.6-5.2 M10 11.5v5",
  down: "M10 4v12 M5 11l5 5 5-5",
  chevron: "M5.5 8l4.5 4.5L14.5 8",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z M7.3 11.6a3.3 3.3 0 0 0 5.4 0 M7.7 8h.01 M12.3 8h.01",
  people:
    "M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z M2.5 16c.3-3 2.3-4.6 5-4.6s4.7 1.6 5 4.6 M13 4.300a2.6 2.6 0 0 1 0 4.9 M14.5 11.800c1.8.6 2.8 2 3 4.2",
  chat: "M4 4.500h12a1.5 1.5 0 0 1 1.5 1.500v7a1.5 1.5 0 0 1-1.5 1.500h-6l-4 3v-3H4A1.5 1.5 0 0 1 2.5 13V6A1.5 1.5 0 0 1 4 4.500Z",
  heart: "M10 16.500S3 12.6 3 7.900A3.7 3.7 0 0 1 10 6a3.7 3.7 0 0 1 7 1.900c0 4.7-7 8.6-7 8.600Z",
  gift: "M3.5 8h13v3h-13Z M4.8 11v5.500h10.400V11 M10 8v8.5 M10 8C8 8 6.3 7 6.6 5.3 7 3.5 9.7 4.3 10 8Z M10 8c2 0 3.7-1 3.4-2.700C13 3.5 10.3 4.3 10 8Z",
  sliders:
    "M3.5 6.500h7 M14.5 6.500h2 M3.5 13.500h2 M9.5 13.500h7 M12.5 8.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z M7.5 15.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  check: "M4.5 10.500l3.5 3.5 7.5-8",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z M10 6v4.200l2.8 1.8",
  play: "M7 4.500v11l9-5.500Z",
  pause: "M7 4.500v11 M13 4.500v11",
  back: "M4 8.500a6.500 6.500 0 1 1-.300 4.500 M3.500 4.500v4.200h4.200",
  forth: "M16 8.500a6.500 6.500 0 1 0 .300 4.500 M16.500 4.500v4.200h-4.200",
  share: "M10 12.500V3.500 M6.500 6.500l3.500-3.500 3.500 3.500 M4.500 10.500v5.500h11v-5.500",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg className="control-icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={drawings[name]}
        fill={filled ? "currentColor" : "none"}
        stroke="currentColor"
        strokeWidth={name === "more" ? 2.4 : 1.6}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
