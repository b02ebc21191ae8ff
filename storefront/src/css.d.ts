import "react";

declare module "react" {
  interface CSSProperties {
    /** The colour of a product without a picture, in degrees. */
    "--hue"?: string;
    /** How wide the amounts beside a chart are. */
    "--axis"?: string;
    /** A share of a whole, from 0 to 1. */
    "--share"?: string;
  }
}
