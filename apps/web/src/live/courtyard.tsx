/** A courtyard in the evening: a roof, a moon, and lanterns that sway where motion is welcome. Only to look at. */
export function Courtyard() {
  return (
    <svg
      className="live-courtyard"
      viewBox="0 0 800 450"
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
      focusable="false"
    >
      <circle className="live-moon-glow" cx="620" cy="112" r="120" />
      <circle className="live-moon" cx="620" cy="112" r="44" />
      <path
        className="live-hill"
        d="M0 330 C120 262 210 300 320 282 C450 258 520 214 640 252 C720 276 770 268 800 256 V450 H0 Z"
      />
      <path className="live-hill live-hill-near" d="M0 372 C140 330 260 352 400 340 C560 326 680 350 800 326 V450 H0 Z" />
      <g className="live-house">
        <path d="M-20 452 V384 C120 388 250 372 330 336 C352 326 366 322 400 322 C434 322 448 326 470 336 C550 372 680 388 820 384 V452 Z" />
        <path className="live-eaves" d="M-20 392 C130 396 262 380 346 342 M820 392 C670 396 538 380 454 342" />
      </g>
      <path className="live-rope" d="M-10 60 Q200 150 400 110 T810 70" />
      {lanterns.map(({ x, y, slow }) => (
        <g key={x} className={`live-lantern${slow ? " live-lantern-slow" : ""}`} transform={`translate(${x} ${y})`}>
          <g className="live-lantern-swing">
            <line x1="0" y1="0" x2="0" y2="16" />
            <circle className="live-lantern-glow" cx="0" cy="38" r="44" />
            <path className="live-lantern-paper" d="M-10 18 H10 C24 24 24 52 10 58 H-10 C-24 52 -24 24 -10 18 Z" />
            <path className="live-lantern-ribs" d="M-5 18 C-12 30 -12 46 -5 58 M5 18 C12 30 12 46 5 58" />
            <line x1="0" y1="58" x2="0" y2="72" />
          </g>
        </g>
      ))}
    </svg>
  );
}

const lanterns = [
  { x: 92, y: 98, slow: false },
  { x: 236, y: 124, slow: true },
  { x: 404, y: 110, slow: false },
  { x: 548, y: 86, slow: true },
  { x: 716, y: 68, slow: false },
];
