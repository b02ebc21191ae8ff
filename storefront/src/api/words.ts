import { isProblem } from "./problem";

const WORDS: Record<string, string> = {
  unreachable: "The shop cannot be reached. Check your connection and try again.",
  unavailable: "The shop is busy right now. Try again in a moment.",
  internal: "Something went wrong on our side. Try again, or come back a little later.",
  wrong_credentials: "No account has this e-mail address and this password.",
  totp_required: "Enter the code from your authenticator app.",
  wrong_code: "That code is wrong or was used before. Wait for the next one.",
  unauthenticated: "Your session has ended. Log in again to go on.",
  cross_site: "The browser refused to vouch for this request. Reload the page and try again.",
  role_required: "Your account may not do this.",
  second_factor_required:
    "This needs a session with a second factor. Switch it on in your account, or log in with it.",
  wrong_password: "That is not your current password.",
  not_found: "This does not exist, or it is not yours to see.",
  moved_on: "Somebody changed this in the meantime. Look at it again, then decide.",
  too_large: "That is too much at once.",
  invalid: "Some of this needs another look.",
  too_fast: "That was too often in a short time.",
  in_flight: "This is still being carried out. One moment.",
  not_a_seller: "Only sellers may do this. Open a shop first.",
  email_unverified: "Confirm your e-mail address first: follow the link that we sent you.",
  suspended: "This account is suspended.",
  link_used: "This link was used before, or a newer one was sent.",
  link_expired: "This link is no longer good. Ask for a new one.",
  needs_another_admin: "An admin cannot leave alone: another admin has to take the role first.",
  second_factor_on: "The second factor is on already.",
  not_enrolled: "Ask for a new secret first.",
  insufficient_stock: "There are fewer of these left than you want.",
  price_changed: "The price has changed.",
  already_decided: "The order has moved on, and this is no longer possible.",
  too_early: "The order is not ready for this yet.",
  payment_under_way: "The last payment is still under way. Wait for its outcome.",
  attempt_succeeded: "That payment went through already.",
  no_payment_provider: "This shop does not take payments at the moment.",
  too_many_messages: "This order has as many messages as it can have.",
  product_archived: "This product is no longer on offer.",
  already_selling: "You keep a shop already.",
  already_listed: "This product is listed already.",
  too_much_stock: "That is more than can be kept in stock.",
  too_many_webhooks: "You have as many webhooks as you can have. Remove one first.",
  below_reserved: "Units that are promised to orders cannot be taken away.",
};

/** What to tell a person about an error. */
export function wordsFor(error: unknown): string {
  if (!isProblem(error)) return "Something unexpected happened. Reload the page and try again.";
  return WORDS[error.code] ?? error.body.detail ?? error.body.title ?? "Something unexpected happened.";
}

/** What is wrong with each field, by its JSON pointer without the first slash: `email`, `lines/0/quantity`. */
export function fieldErrors(error: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (!isProblem(error)) return found;
  for (const { pointer, message } of error.errors) {
    found[pointer.replace(/^[/?]/, "")] ??= sentence(message);
  }
  return found;
}

function sentence(text: string): string {
  if (/^must have 1 to \d+ \w+, not 0$/.test(text)) return "Please fill this in.";
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
