/** Tables that sort, with as many rows as a page can bear; where there is little room each row is a card. */
import { type ReactNode, useState } from "react";
import { operateWords } from "../../words/operate.ts";
import { useWords } from "../../words/words.ts";

export interface Column<Row> {
  readonly key: string;
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** What it is sorted by. Without it, it is not. */
  readonly value?: (row: Row) => number | string | undefined;
  readonly number?: boolean;
}

interface Sort {
  readonly key: string;
  readonly down: boolean;
}

/** The rest is told as a number. */
const mostRows = 200;

export function DataTable<Row>({
  name,
  columns,
  rows,
  keyOf,
  first,
  empty,
}: {
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** How it is sorted at first; without it, as the rows come. */
  readonly first?: Sort;
  readonly empty: string;
}) {
  const words = useWords(operateWords);
  const [sort, setSort] = useState<Sort | undefined>(first);
  const by = columns.find(({ key }) => key === sort?.key)?.value;
  const sorted = by === undefined || sort === undefined ? rows : rows.toSorted((a, b) => compare(by(a), by(b), sort.down));
  const sortable = columns.filter(({ value }) => value !== undefined);
  if (rows.length === 0) return <p className="console-empty">{empty}</p>;
  const turn = ({ key, number = false }: Column<Row>) =>
    setSort(sort?.key === key ? { key, down: !sort.down } : { key, down: number });
  return (
    <>
      {sortable.length > 1 && (
        <label className="operate-sort">
          <span className="console-quiet">{words.sortBy}</span>
          <select
            value={sort?.key ?? ""}
            onChange={({ target }) => {
              const column = columns.find(({ key }) => key === target.value);
              if (column !== undefined) setSort({ key: column.key, down: column.number === true });
            }}
          >
            {sort === undefined && <option value="">–</option>}
            {sortable.map(({ key, name: one }) => (
              <option key={key} value={key}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
      {/* As cards they are no tables to the browser any more, but they stay so to a screen reader: hence the roles. */}
      {/* biome-ignore-start lint/a11y/noRedundantRoles: see above */}
      <table className="operate-table" role="table" aria-label={name}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.key}
                role="columnheader"
                scope="col"
                className={column.number === true ? "operate-number" : undefined}
                aria-sort={sort?.key === column.key ? (sort.down ? "descending" : "ascending") : undefined}
              >
                {column.value === undefined ? (
                  column.name
                ) : (
                  <button type="button" className="operate-sorter" onClick={() => turn(column)}>
                    {column.name}
                    <span aria-hidden="true">{sort?.key !== column.key ? "" : sort.down ? " ▾" : " ▴"}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {sorted.slice(0, mostRows).map((row) => (
            <tr key={keyOf(row)} role="row">
              {columns.map(({ key, name: one, cell, number = false }) => (
                <td key={key} role="cell" className={number ? "operate-number" : undefined} data-name={one}>
                  <div className="operate-cell">{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see above */}
      {rows.length > mostRows && <p className="console-quiet">{words.andMore(rows.length - mostRows)}</p>}
    </>
  );
}

/** What is unknown comes last, either way. */
function compare(a: number | string | undefined, b: number | string | undefined, down: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}
