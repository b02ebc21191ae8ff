import type { Consumer, Feed } from "../../../api";
import { classes } from "../../../lib/classes";
import { rowsOf } from "./health";

const PARTITIONS = Array.from({ length: 16 }, (_, partition) => partition);

/** How many events each feed is behind: a row for each category, a column for each partition. */
export function Partitions({ consumer }: { consumer: Consumer }) {
  const caption = `Events that ${consumer.consumer} is behind, by category and partition`;
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-scroll" role="region" aria-label={caption} tabIndex={0}>
      <table className="table partitions">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Partition</th>
            {PARTITIONS.map((partition) => (
              <th key={partition} scope="col" className="id">
                {partition.toString(16)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(consumer).map(([category, feeds]) => (
            <tr key={category}>
              <th scope="row">{category}</th>
              {PARTITIONS.map((partition) => (
                <Cell key={partition} feed={feeds.find((feed) => feed.partition === partition)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ feed }: { feed: Feed | undefined }) {
  if (!feed) return <td />;
  const { lag_events, position, head, owner } = feed;
  return (
    <td
      className={classes("partition", lag_events > 0 && "partition-behind", !owner && "partition-left")}
      title={`at ${position} of ${head}${owner ? "" : ", nobody works on it"}`}
    >
      {lag_events}
      {!owner && <span className="visually-hidden">, nobody works on it</span>}
    </td>
  );
}
