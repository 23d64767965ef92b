/** A small line beside the figure that it belongs to, which says in words what matters of it. */
const width = 96;
const height = 22;

export function Sparkline({ values }: { readonly values: readonly (number | null)[] }) {
  const most = Math.max(1e-9, ...values.map((value) => value ?? 0));
  const parts: string[] = [];
  let pen = "M";
  for (const [n, value] of values.entries()) {
    if (value === null) {
      pen = "M";
      continue;
    }
    const x = values.length < 2 ? width : (n / (values.length - 1)) * width;
    parts.push(`${pen}${x.toFixed(1)} ${(height - 1 - (value / most) * (height - 2)).toFixed(1)}`);
    pen = "L";
  }
  return (
    <svg className="operate-sparkline" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={parts.join("")} />
    </svg>
  );
}
