import { Link, useNavigate, useSearchParams } from "react-router-dom";
import { Button } from "../../components/Button";
import { Check, Field } from "../../components/Field";
import { Form } from "../../components/Form";
import { classes } from "../../lib/classes";
import { priceChoice, priceShown, withChoices, type Filters } from "./filters";
import { useCategories } from "./queries";

interface PanelProps {
  filters: Filters;
  currency: string;
}

export function FilterPanel({ filters, currency }: PanelProps) {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const choose = (choices: Record<string, string | null>) =>
    navigate({ search: withChoices(search, choices) });
  return (
    <div className="stack-l">
      <CategoryChoice filters={filters} />
      <Form
        key={`${filters.min_price ?? ""}-${filters.max_price ?? ""}`}
        label="Price"
        error={null}
        onSubmit={({ from, to }) =>
          choose({ min_price: priceChoice(from, currency), max_price: priceChoice(to, currency) })
        }
      >
        <fieldset className="price-range">
          <legend className="legend">Price in {currency}</legend>
          <Field
            label="From"
            name="from"
            inputMode="decimal"
            defaultValue={priceShown(filters.min_price, currency)}
          />
          <Field
            label="To"
            name="to"
            inputMode="decimal"
            defaultValue={priceShown(filters.max_price, currency)}
          />
        </fieldset>
        <Button type="submit" size="small">
          Apply price
        </Button>
      </Form>
      <Check
        label="Only what is in stock"
        checked={filters.in_stock ?? false}
        onChange={({ target }) => choose({ in_stock: target.checked ? "true" : null })}
      />
    </div>
  );
}

function CategoryChoice({ filters }: { filters: Filters }) {
  const [search] = useSearchParams();
  const { data } = useCategories(filters);
  if (!data || data.items.length === 0) return null;
  const all = { name: null, count: data.items.reduce((sum, { count }) => sum + count, 0) };
  return (
    <nav className="stack" aria-label="Categories">
      <ul role="list" className="facets">
        {[all, ...data.items].map(({ name, count }) => {
          const chosen = name === (filters.category ?? null);
          return (
            <li key={name ?? ""}>
              <Link
                to={{ search: withChoices(search, { category: name }) }}
                className={classes("facet", chosen && "facet-chosen")}
                aria-current={chosen ? "true" : undefined}
              >
                <span>{name ?? "All categories"}</span>
                <span className="small figures">{count}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
