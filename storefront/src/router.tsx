import { createBrowserRouter, type RouteObject } from "react-router-dom";
import { HomePage } from "./features/catalogue/HomePage";
import { CataloguePage } from "./features/catalogue/CataloguePage";
import { ProductPage } from "./features/product/ProductPage";
import { RequireLogin, RequireRole } from "./session/guards";
import { Layout } from "./shell/Layout";
import { CrashPage, NotFoundPage } from "./shell/pages";

const guests: RouteObject[] = [
  { index: true, element: <HomePage /> },
  { path: "products", element: <CataloguePage /> },
  { path: "products/:id", element: <ProductPage /> },
  { path: "sellers/:id", lazy: () => import("./features/sellers/SellerPage") },
  { path: "cart", lazy: () => import("./features/cart/CartPage") },
  { path: "login", lazy: () => import("./features/auth/LoginPage") },
  { path: "signup", lazy: () => import("./features/auth/SignupPage") },
  { path: "verify-email", lazy: () => import("./features/auth/VerifyPage") },
  { path: "forgot", lazy: () => import("./features/auth/ForgotPage") },
  { path: "reset-password", lazy: () => import("./features/auth/ResetPage") },
];

const buyers: RouteObject[] = [
  { path: "checkout", lazy: () => import("./features/checkout/CheckoutPage") },
  { path: "orders", lazy: () => import("./features/orders/OrdersPage") },
  { path: "orders/:id", lazy: () => import("./features/orders/OrderPage") },
  { path: "account", lazy: () => import("./features/account/AccountPage") },
  { path: "seller/*", lazy: () => import("./features/seller/routes") },
];

const staff: RouteObject[] = [{ path: "admin/*", lazy: () => import("./features/admin/routes") }];

export const router = createBrowserRouter(
  [
    {
      element: <Layout />,
      errorElement: <CrashPage />,
      children: [
        {
          errorElement: <CrashPage />,
          children: [
            ...guests,
            { element: <RequireLogin />, children: buyers },
            {
              element: <RequireLogin />,
              children: [{ element: <RequireRole roles={["admin", "support"]} />, children: staff }],
            },
            { path: "*", element: <NotFoundPage /> },
          ],
        },
      ],
    },
  ],
  {
    future: {
      v7_relativeSplatPath: true,
      v7_fetcherPersist: true,
      v7_normalizeFormMethod: true,
      v7_partialHydration: true,
      v7_skipActionErrorRevalidation: true,
    },
  },
);
