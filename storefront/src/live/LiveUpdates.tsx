import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { joinLive, type LiveState } from "../api";
import { follow } from "./effects";

const LiveContext = createContext<LiveState>("connecting");

/** Listens to the shop, and keeps what is on the screen true. */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");
  useEffect(() => joinLive({ event: (event) => follow(client, event), state: setState }), [client]);
  return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}

export function useLiveState(): LiveState {
  return useContext(LiveContext);
}

const BLIND_MILLISECONDS = 4000;

/**
 * How often to ask for what is usually told live: every few seconds while nothing can be heard, and now and then, if at
 * all, while something is (a proxy may hold events back without anybody noticing).
 */
export function usePolling(whileHearingMilliseconds: number | false = false): number | false {
  return useLiveState() === "open" ? whileHearingMilliseconds : BLIND_MILLISECONDS;
}
