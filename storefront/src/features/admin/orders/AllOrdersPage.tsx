import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearchParams } from "react-router-dom";
import { answer, api, keys, type Order } from "../../../api";
import { Blank, Failure } from "../../../components/Blank";
import { Select } from "../../../components/Field";
import { Pagination } from "../../../components/Pagination";
import { Price } from "../../../components/Price";
import { Skeleton } from "../../../components/Skeleton";
import { isOrderStatus, StatusBadge } from "../../../components/StatusBadge";
import { StatusSelect } from "../../../components/StatusSelect";
import { Table, type Column } from "../../../components/Table";
import { usePolling } from "../../../live/LiveUpdates";
import { withChoices } from "../../catalogue/filters";
import { historyPath, shortId } from "../events/references";
import { Reference } from "../events/Reference";
import { useMayAct } from "../staff";
import { useFocusKept } from "../useFocusKept";
import { Ago } from "../When";
import { CancelOrder } from "./CancelOrder";

const PAGE = 25;

export function AllOrdersPage() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const mayAct = useMayAct();
  const chosen = search.get("status");
  const query = {
    status: isOrderStatus(chosen) ? chosen : undefined,
    sort: search.get("sort") === "oldest" ? ("oldest" as const) : undefined,
    cursor: search.get("cursor") ?? undefined,
    limit: PAGE,
  };
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.allOrders(query),
    queryFn: () => answer(api.GET("/api/admin/orders", { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: usePolling(),
  });
  const place = useFocusKept<HTMLElement>(data);
  const choose = (choices: Record<string, string>) => navigate({ search: withChoices(search, choices) });
  return (
    <div className="stack-l">
      <title>All orders · Millrace</title>
      <div className="spread">
        <h1>All orders</h1>
        <div className="row">
          <StatusSelect status={query.status} onChoose={(status) => choose({ status })} />
          <Select
            label="First"
            value={query.sort ?? ""}
            onChange={({ target }) => choose({ sort: target.value })}
          >
            <option value="">The newest</option>
            <option value="oldest">The oldest</option>
          </Select>
        </div>
      </div>
      {isPending && <Skeleton lines={8} label="Loading orders" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Blank title="No such orders">
          <Link className="button" to="/admin/orders">
            Show all orders
          </Link>
        </Blank>
      )}
      <section ref={place} tabIndex={-1} aria-label="Orders">
        {data && data.items.length > 0 && (
          <Table
            caption="Orders, by the time they were placed"
            columns={mayAct ? [...COLUMNS, CANCEL] : COLUMNS}
            rows={data.items}
            keyOf={({ id }) => id}
          />
        )}
      </section>
      <Pagination next={data?.next_cursor} label="Pages of orders" />
    </div>
  );
}

const COLUMNS: Column<Order>[] = [
  {
    name: "Order",
    cell: ({ id }) => (
      <Link to={`/orders/${id}`} className="id">
        {shortId(id)}
      </Link>
    ),
  },
  { name: "State", cell: ({ status }) => <StatusBadge status={status} /> },
  { name: "Placed", cell: ({ placed_at }) => <Ago at={placed_at} /> },
  {
    name: "Buyer",
    cell: ({ buyer_id }) => buyer_id && <Reference to={{ kind: "user", id: buyer_id }} />,
  },
  { name: "Lines", cell: ({ lines }) => lines.length, end: true },
  { name: "Total", cell: ({ total }) => <Price of={total} />, end: true },
  {
    name: "History",
    cell: ({ id }) => (
      <Link to={historyPath({ kind: "order", id })}>
        History<span className="visually-hidden"> of order {shortId(id)}</span>
      </Link>
    ),
  },
];

const CANCEL: Column<Order> = {
  name: "Action",
  cell: (order) => order.actions.includes("cancel") && <CancelOrder order={order} />,
};
