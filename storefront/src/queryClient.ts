import { QueryClient } from "@tanstack/react-query";
import { isProblem } from "./api";

const RETRIES = 2;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < RETRIES && isProblem(error) && error.passing,
      retryDelay: (failures) => Math.min(1000 * 2 ** failures, 4000),
    },
    mutations: { retry: false, networkMode: "always" },
  },
});
