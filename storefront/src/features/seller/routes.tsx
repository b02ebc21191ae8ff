import { Route, Routes } from "react-router-dom";
import { hasRole, useMe } from "../../session/useMe";
import { NotFoundPage } from "../../shell/pages";
import { DashboardPage } from "./dashboard/DashboardPage";
import { OpenShop } from "./OpenShop";
import { SalePage } from "./orders/SalePage";
import { SalesPage } from "./orders/SalesPage";
import { EditProductPage } from "./products/EditProductPage";
import { NewProductPage } from "./products/NewProductPage";
import { OwnProductsPage } from "./products/OwnProductsPage";
import { SellerLayout } from "./SellerLayout";
import { WebhooksPage } from "./webhooks/WebhooksPage";
import "./seller.css";

/** The seller area, loaded when somebody goes there. Whoever does not sell yet may begin here. */
export function Component() {
  const me = useMe();
  if (!me) return null;
  if (!hasRole(me, "seller")) return <OpenShop me={me} />;
  return (
    <Routes>
      <Route element={<SellerLayout me={me} />}>
        <Route index element={<DashboardPage />} />
        <Route path="products" element={<OwnProductsPage />} />
        <Route path="products/new" element={<NewProductPage />} />
        <Route path="products/:id" element={<EditProductPage me={me} />} />
        <Route path="orders" element={<SalesPage />} />
        <Route path="orders/:id" element={<SalePage />} />
        <Route path="webhooks" element={<WebhooksPage />} />
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  );
}
