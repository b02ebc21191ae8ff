import { Link, useNavigate, useSearchParams } from "react-router-dom";
import { Blank, Failure } from "../../../components/Blank";
import { Button } from "../../../components/Button";
import { Field, Select } from "../../../components/Field";
import { Form } from "../../../components/Form";
import { Pagination } from "../../../components/Pagination";
import { Skeleton } from "../../../components/Skeleton";
import { withChoices } from "../../catalogue/filters";
import { humanWords } from "../events/words";
import { useFocusKept } from "../useFocusKept";
import { readUserFilters, ROLES, type UserFilters } from "./filters";
import { useUsers } from "./queries";
import { UserCard } from "./UserCard";

export function UsersPage() {
  const [search] = useSearchParams();
  const filters = readUserFilters(search);
  const { data, error, isPending, isPlaceholderData, refetch } = useUsers(filters);
  const place = useFocusKept<HTMLUListElement>(data);
  return (
    <div className="stack-l">
      <title>Users · Millrace</title>
      <h1>Users</h1>
      <UserSearch key={search.toString()} filters={filters} />
      {isPending && <Skeleton lines={6} label="Loading users" />}
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {data?.items.length === 0 && (
        <Blank title="Nobody matches">
          <Link className="button" to="/admin/users">
            Show everybody
          </Link>
        </Blank>
      )}
      <ul
        ref={place}
        tabIndex={-1}
        role="list"
        className="stack"
        aria-label="Users"
        aria-busy={isPlaceholderData}
      >
        {data?.items.map((user) => (
          <UserCard key={user.id} user={user} />
        ))}
      </ul>
      <Pagination next={data?.next_cursor} label="Pages of users" />
    </div>
  );
}

function UserSearch({ filters }: { filters: UserFilters }) {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  return (
    <div className="filter-bar">
      <Form
        label="Find users"
        error={null}
        onSubmit={({ q = "", role = "", suspended = "" }) =>
          navigate({ search: withChoices(search, { q: q.trim(), role, suspended }) })
        }
      >
        <Field
          label="Address or name"
          name="q"
          type="search"
          maxLength={200}
          autoComplete="off"
          defaultValue={filters.q}
        />
        <Select label="Role" name="role" defaultValue={filters.role ?? ""}>
          <option value="">Any</option>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {humanWords(role)}
            </option>
          ))}
        </Select>
        <Select label="State" name="suspended" defaultValue={String(filters.suspended ?? "")}>
          <option value="">Any</option>
          <option value="false">Not suspended</option>
          <option value="true">Suspended</option>
        </Select>
        <Button type="submit" look="primary">
          Find
        </Button>
      </Form>
    </div>
  );
}
