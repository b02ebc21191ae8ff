import type { Money } from "../../../api";
import { Price } from "../../../components/Price";
import { formatExactly } from "../../../lib/time";
import { isId, isTime, referenceIn, shortId } from "./references";
import { Reference } from "./Reference";
import { humanWords } from "./words";

type Entries = Record<string, unknown>;

interface ValueProps {
  of: unknown;
  /** The field that it is in, which tells what an id is of. */
  field: string;
}

/** Anything that an event may say, as people read it. */
export function Value({ of, field }: ValueProps) {
  if (of === null || of === undefined) return <span className="soft">none</span>;
  if (typeof of === "boolean") return <>{of ? "yes" : "no"}</>;
  if (typeof of === "number") return <span className="figures">{of}</span>;
  if (typeof of === "string") return <Text of={of} field={field} />;
  if (Array.isArray(of)) return <List of={of} field={field} />;
  if (isMoney(of)) return <Price of={of} />;
  return <Definitions of={of as Entries} within={field} />;
}

function Text({ of, field }: { of: string; field: string }) {
  const reference = referenceIn(field, of);
  if (reference) return <Reference to={reference} />;
  if (isId(of)) {
    return (
      <span className="id" title={of}>
        {shortId(of)}
      </span>
    );
  }
  if (isTime(of)) return <time dateTime={of}>{formatExactly(of)}</time>;
  return <span className="said">{of}</span>;
}

function List({ of, field }: { of: unknown[]; field: string }) {
  if (of.length === 0) return <span className="soft">none</span>;
  const rows = of.filter(isRecord);
  if (rows.length === of.length) return <Rows of={rows} field={field} />;
  return (
    <ul role="list" className="values">
      {of.map((value, place) => (
        <li key={place}>
          <Value of={value} field={field} />
        </li>
      ))}
    </ul>
  );
}

/** Things with the same fields, one below the other. */
function Rows({ of, field }: { of: Entries[]; field: string }) {
  const columns = [...new Set(of.flatMap((row) => Object.keys(row)))];
  const name = humanWords(field);
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-scroll" role="region" aria-label={name} tabIndex={0}>
      <table className="table table-tight">
        <caption className="visually-hidden">{name}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {humanWords(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {of.map((row, place) => (
            <tr key={place}>
              {columns.map((column) => (
                <td key={column}>{column in row && <Value of={row[column]} field={column} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Fields with what is in them. Where the names are ids, as of reservations by order, they are references too. */
export function Definitions({ of, within = "" }: { of: Entries; within?: string }) {
  const entries = Object.entries(of);
  if (entries.length === 0) return <span className="soft">nothing more</span>;
  return (
    <dl className="definitions">
      {entries.map(([name, value]) => {
        const reference = referenceIn(within, name);
        return (
          <div key={name} className={isNested(value) ? "nested" : undefined}>
            <dt>{reference ? <Reference to={reference} /> : humanWords(name)}</dt>
            <dd>
              <Value of={value} field={isId(name) ? within : name} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function isRecord(value: unknown): value is Entries {
  return isNested(value) && !Array.isArray(value);
}

/** Whether it needs a line of its own. */
function isNested(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isNested);
  return typeof value === "object" && value !== null && !isMoney(value);
}

function isMoney(value: unknown): value is Money {
  return (
    typeof value === "object" &&
    value !== null &&
    "amount" in value &&
    "currency" in value &&
    Object.keys(value).length === 2
  );
}
