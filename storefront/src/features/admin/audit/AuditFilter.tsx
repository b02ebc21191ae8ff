import { useNavigate, useSearchParams } from "react-router-dom";
import { Button } from "../../../components/Button";
import { Field, Select } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { withChoices } from "../../catalogue/filters";
import { KINDS } from "../events/references";
import { humanWords } from "../events/words";
import { actorOf, fieldOf, momentOf, type AuditFilters } from "./filters";

export function AuditFilter({ filters }: { filters: AuditFilters }) {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  return (
    <div className="filter-bar">
      <Form
        label="Filter the audit"
        error={null}
        onSubmit={({ actor = "", kind = "", from, to }) =>
          navigate({
            search: withChoices(search, {
              actor: actorOf(actor),
              kind,
              from: momentOf(from),
              to: momentOf(to),
            }),
          })
        }
      >
        <Field
          label="Actor"
          name="actor"
          list="actors"
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          placeholder="user:<id>, policy:<name>…"
          defaultValue={filters.actor}
        />
        <datalist id="actors">
          <option value="operator" />
          <option value="anonymous" />
          <option value="policy:order-fulfilment" />
          <option value="policy:payments" />
          <option value="policy:claims" />
          <option value="policy:timers" />
        </datalist>
        <Select label="Kind" name="kind" defaultValue={filters.kind ?? ""}>
          <option value="">Any</option>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {humanWords(kind)}
            </option>
          ))}
        </Select>
        <Field label="From" name="from" type="datetime-local" defaultValue={fieldOf(filters.from)} />
        <Field label="Until" name="to" type="datetime-local" defaultValue={fieldOf(filters.to)} />
        <Button type="submit" look="primary">
          Apply
        </Button>
      </Form>
    </div>
  );
}
