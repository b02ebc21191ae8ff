import { answer, api, isProblem, onlyIf, type Product } from "../../../api";
import { needsDecision } from "./conflict";
import { changed, changeOf, differences, draftOf, type Draft } from "./draft";

const LOOKS = 8;
const PAUSE_MILLISECONDS = 250;

/** It is as wanted; or somebody was faster, and this is how they have it. */
export type Outcome = { saved: Product } | { theirs: Product };

/** Makes a product as wanted, if it still is as it was read. */
export async function save(read: Product, wanted: Draft): Promise<Outcome> {
  const fields = differences(draftOf(read), wanted);
  if (fields.length === 0) return { saved: read };
  const change = changeOf(wanted, fields, read.price.currency);
  const params = { path: { id: read.id } };
  try {
    const { version } = await answer(
      api.PATCH("/api/products/{id}", { params, body: change, headers: onlyIf(read.version) }),
    );
    return { saved: changed(read, change, version) };
  } catch (error) {
    if (!isProblem(error, "moved_on")) throw error;
    const theirs = await readSince(read);
    if (theirs.version === read.version) throw error;
    const contested = needsDecision(draftOf(read), draftOf(theirs), wanted);
    return contested ? { theirs } : save(theirs, wanted);
  }
}

/** How the product is after having moved on. What is read may be a little behind. */
async function readSince({ id, version }: Product): Promise<Product> {
  for (let look = 1; ; look += 1) {
    const product = await answer(api.GET("/api/products/{id}", { params: { path: { id } } }));
    if (product.version > version || look === LOOKS) return product;
    await new Promise((resume) => setTimeout(resume, PAUSE_MILLISECONDS));
  }
}
