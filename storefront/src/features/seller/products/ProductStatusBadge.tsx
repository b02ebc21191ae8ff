import type { ProductStatus } from "../../../api";
import { classes } from "../../../lib/classes";

const LOOKS: Record<ProductStatus, [words: string, look: string]> = {
  active: ["On offer", "good"],
  draft: ["Draft", "warn"],
  archived: ["Archived", ""],
};

export const PRODUCT_STATUSES = Object.keys(LOOKS) as ProductStatus[];

export function isProductStatus(status: string | null): status is ProductStatus {
  return status !== null && Object.hasOwn(LOOKS, status);
}

export function productStatusWords(status: ProductStatus): string {
  return LOOKS[status][0];
}

export function ProductStatusBadge({ status }: { status: string }) {
  if (!isProductStatus(status)) return <span className="badge">{status}</span>;
  const [words, look] = LOOKS[status];
  return <span className={classes("badge", look && `badge-${look}`)}>{words}</span>;
}
