import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, keys, type RoleName, type User } from "../../../api";
import { toast } from "../../../components/toast";
import type { UserFilters } from "./filters";

const PAGE = 20;

export function useUsers(query: UserFilters) {
  return useQuery({
    queryKey: keys.userList(query),
    queryFn: () => answer(api.GET("/api/admin/users", { params: { query: { ...query, limit: PAGE } } })),
    placeholderData: keepPreviousData,
  });
}

/** What an admin may want of a user. */
export type Wish =
  { name: "grant" | "revoke"; role: RoleName } | { name: "suspend"; reason: string } | { name: "reinstate" };

export function useWish(user: User, done: string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: Wish) => carryOut(user, wish),
    onSuccess: () => {
      onDone();
      toast(done);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.users }),
  });
}

async function carryOut({ id }: User, wish: Wish): Promise<void> {
  const path = { id };
  switch (wish.name) {
    case "grant":
      await answer(api.POST("/api/users/{id}/roles", { params: { path }, body: { role: wish.role } }));
      return;
    case "revoke":
      await answer(api.DELETE("/api/users/{id}/roles/{role}", { params: { path: { id, role: wish.role } } }));
      return;
    case "suspend":
      await answer(
        api.POST("/api/users/{id}/suspension", { params: { path }, body: { reason: wish.reason } }),
      );
      return;
    case "reinstate":
      await answer(api.DELETE("/api/users/{id}/suspension", { params: { path } }));
  }
}
