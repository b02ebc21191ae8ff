import type { StoredEvent } from "../../../api";

/** Where an event came from, for whoever follows a request through logs and traces, and what is stored of it. */
export function Origin({ event }: { event: StoredEvent }) {
  const { type, schema, command, trace, data } = event;
  return (
    <details className="origin">
      <summary>Origin and raw data</summary>
      <dl className="definitions">
        <div>
          <dt>Type</dt>
          <dd className="id">
            {type}, schema {schema}
          </dd>
        </div>
        <div>
          <dt>Command</dt>
          <dd className="id">{command}</dd>
        </div>
        <div>
          <dt>Trace</dt>
          <dd className="id">{trace ? trace.split("-")[1] : "none"}</dd>
        </div>
      </dl>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="raw table-scroll" role="region" aria-label="Raw data" tabIndex={0}>
        {JSON.stringify(data, null, 2)}
      </pre>
    </details>
  );
}
