import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "react-router-dom";
import { answer, api, endSession, isProblem, wordsFor } from "../api";
import { toast } from "../components/toast";

/** Ends this session, or all of them. */
export function useLogout() {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (scope: "current" | "all") => {
      try {
        await answer(api.POST("/api/auth/logout", { body: { scope } }));
      } catch (error) {
        if (!isProblem(error) || error.status !== 401) throw error;
      }
    },
    onSuccess: (_, scope) => {
      navigate("/", { flushSync: true });
      endSession("left");
      toast(scope === "all" ? "You are logged out everywhere." : "You are logged out.");
    },
    onError: (error) => toast(wordsFor(error)),
  });
}
