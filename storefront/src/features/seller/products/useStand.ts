import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, keys, onlyIf, wordsFor, type Product } from "../../../api";
import { toast } from "../../../components/toast";

export type Stand = "publish" | "unpublish" | "archive" | "restore";

const WORDS: Record<Stand, string> = {
  publish: "It is on offer now.",
  unpublish: "It is a draft again. Buyers no longer see it.",
  archive: "It is archived.",
  restore: "It is on offer again.",
};

/** Offers a product, or takes it back, as long as it is as it was read. */
export function useStand({ id, version }: Product) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: Stand) => {
      const call = { params: { path: { id } }, headers: onlyIf(version) };
      if (wanted === "archive") await answer(api.DELETE("/api/products/{id}", call));
      else if (wanted === "unpublish") await answer(api.DELETE("/api/products/{id}/publication", call));
      else await answer(api.POST("/api/products/{id}/publication", call));
    },
    onSuccess: (_, wanted) => toast(WORDS[wanted]),
    onError: (error) => toast(wordsFor(error)),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.products }),
        client.invalidateQueries({ queryKey: keys.ownProducts }),
      ]),
  });
}
