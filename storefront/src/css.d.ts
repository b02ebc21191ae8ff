import "react";

declare module "react" {
  interface CSSProperties {
    /** The colour of a product without a picture, in degrees. */
    "--hue"?: string;
    /** A share of a whole, from 0 to 1. */
    "--share"?: string;
  }
}
