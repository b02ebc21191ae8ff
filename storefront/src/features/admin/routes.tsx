import { Navigate, Route, Routes } from "react-router-dom";
import { NotFoundPage } from "../../shell/pages";
import { AdminLayout } from "./AdminLayout";
import { AuditPage } from "./audit/AuditPage";
import { EventsPage } from "./events/EventsPage";
import { HistoryPage } from "./events/HistoryPage";
import { OperationsPage } from "./operations/OperationsPage";
import { AllOrdersPage } from "./orders/AllOrdersPage";
import { UsersPage } from "./users/UsersPage";
import "./admin.css";

/** The admin area, loaded when somebody goes there. */
export function Component() {
  return (
    <Routes>
      <Route element={<AdminLayout />}>
        <Route index element={<Navigate to="/admin/operations" replace />} />
        <Route path="operations" element={<OperationsPage />} />
        <Route path="orders" element={<AllOrdersPage />} />
        <Route path="users" element={<UsersPage />} />
        <Route path="audit" element={<AuditPage />} />
        <Route path="events" element={<EventsPage />} />
        <Route path="events/:kind/:id" element={<HistoryPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
