import { differences, type Draft, type DraftField } from "./draft";

/** How a field stands that somebody has changed. */
export interface Contested {
  field: DraftField;
  theirs: Draft[DraftField];
  mine: Draft[DraftField];
  by: "them" | "me" | "both";
}

/** What has become of each field that is no longer as it was read: in the shop, and in the form. */
export function contestedFields(base: Draft, theirs: Draft, mine: Draft): Contested[] {
  const byThem = new Set(differences(base, theirs));
  const byMe = new Set(differences(base, mine));
  const touched = new Set([...byThem, ...byMe]);
  const apart = new Set(differences(theirs, mine));
  return [...touched]
    .filter((field) => apart.has(field))
    .map((field) => ({
      field,
      theirs: theirs[field],
      mine: mine[field],
      by: byThem.has(field) ? (byMe.has(field) ? "both" : "them") : "me",
    }));
}

/** Whether there is anything to decide: somebody changed a field, and not to what was typed here. */
export function needsDecision(base: Draft, theirs: Draft, mine: Draft): boolean {
  return contestedFields(base, theirs, mine).some(({ by }) => by !== "me");
}

/** The form on top of theirs: what was changed here, and the rest as they have it. */
export function onTop(base: Draft, theirs: Draft, mine: Draft): Draft {
  const kept = Object.fromEntries(differences(base, mine).map((field) => [field, mine[field]]));
  return { ...theirs, ...kept };
}
