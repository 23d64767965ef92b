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
      {[480, 300, 170, 92].map((radius) => (
        <circle key={radius} className="live-moonlight" cx="620" cy="112" r={radius} />
      ))}
      {[250, 190, 130].map((height) => (
        <ellipse key={height} className="live-dusk" cx="400" cy="440" rx={height * 3.6} ry={height} />
      ))}
      <circle className="live-moon" cx="620" cy="112" r="36" />
      <path
        className="live-hill"
        d="M0 330 C120 262 210 300 320 282 C450 258 520 214 640 252 C720 276 770 268 800 256 V450 H0 Z"
      />
      <path className="live-hill live-hill-near" d="M0 372 C140 330 260 352 400 340 C560 326 680 350 800 326 V450 H0 Z" />
      <g className="live-house">
        <path d="M176 398 H624 V452 H176 Z" />
        <path d="M286 322 Q292 334 306 334 H494 Q508 334 514 322 C560 372 640 392 726 384 Q716 402 690 404 H110 Q84 402 74 384 C160 392 240 372 286 322 Z" />
        <path className="live-eaves" d="M104 398 Q240 408 400 408 T696 398" />
        <path
          className="live-windows"
          d="M236 412 h58 v40 h-58 Z M312 412 h58 v40 h-58 Z M430 412 h58 v40 h-58 Z M506 412 h58 v40 h-58 Z"
        />
        <path
          className="live-lattice"
          d="M255 412 v40 M275 412 v40 M331 412 v40 M351 412 v40 M449 412 v40 M469 412 v40 M525 412 v40 M545 412 v40 M236 432 h58 M312 432 h58 M430 432 h58 M506 432 h58"
        />
      </g>
      <path className="live-rope" d="M-10 60 Q200 150 400 110 T810 70" />
      {lanterns.map(({ x, y, slow }) => (
        <g key={x} className={`live-lantern${slow ? " live-lantern-slow" : ""}`} transform={`translate(${x} ${y})`}>
          <g className="live-lantern-swing">
            <line x1="0" y1="0" x2="0" y2="16" />
            {[58, 40].map((radius) => (
              <circle key={radius} className="live-lamplight" cx="0" cy="38" r={radius} />
            ))}
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
