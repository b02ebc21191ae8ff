import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router-dom";
import "@fontsource-variable/bricolage-grotesque/wght.css";
import "@fontsource-variable/instrument-sans/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./components/components.css";
import { LiveUpdates } from "./live/LiveUpdates";
import { queryClient } from "./queryClient";
import { router } from "./router";
import { SessionWatch } from "./session/SessionWatch";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no place for the shop");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <SessionWatch />
      <LiveUpdates>
        <RouterProvider router={router} />
      </LiveUpdates>
    </QueryClientProvider>
  </StrictMode>,
);
