//! The stable codes of problems that only commands answer.

use web::codes;

codes! {
    /// Every code that this crate adds to those of `web`, for the page that explains them.
    CODES:
    IDEMPOTENCY_KEY_REQUIRED = "idempotency_key_required", BAD_REQUEST,
        "This must not happen twice: name it by an `Idempotency-Key`, and repeat it with the same one.",
        by ["/api/orders"];
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", UNPROCESSABLE_ENTITY,
        "This `Idempotency-Key` was used with another body. Take a new key for a new command.",
        by ["Idempotency-Key"];
    IN_FLIGHT = "in_flight", CONFLICT, "The same command is still being carried out. Repeat it in a moment.",
        by ["Idempotency-Key"];
    NOT_A_SELLER = "not_a_seller", FORBIDDEN, "Only sellers may do this. Open a shop first.",
        by ["/api/products", "/api/inventory/", "/api/orders/", "/api/webhooks"];
    EMAIL_UNVERIFIED = "email_unverified", FORBIDDEN,
        "Only users who have proven their e-mail address may do this. Follow the link that was sent, or ask for another.",
        by ["open_shop", "place_order"];
    NEEDS_ANOTHER_ADMIN = "needs_another_admin", CONFLICT,
        "No admin can be suspended, erased or relieved of the role by themselves: another one takes the role first.",
        by ["/api/users/"];
    SECOND_FACTOR_ON = "second_factor_on", CONFLICT, "The second factor is on already. Switch it off to begin anew.",
        by ["/api/auth/totp"];
    NOT_ENROLLED = "not_enrolled", CONFLICT, "There is no secret that a code could confirm. Ask for one first.",
        by ["/api/auth/totp"];
    SUSPENDED = "suspended", FORBIDDEN, "The user is suspended.";
    LINK_USED = "link_used", GONE, "The link was used already, or a newer one was sent.";
    LINK_EXPIRED = "link_expired", GONE, "The link's time is up, or it was not copied as a whole. Ask for another.";
    ALREADY_REGISTERED = "already_registered", CONFLICT, "The account exists already.",
        by ["/api/auth/", "/api/users/me"];
    ALREADY_SELLING = "already_selling", CONFLICT, "The caller keeps a shop of another name already.",
        by ["open_shop"];
    ALREADY_LISTED = "already_listed", CONFLICT, "The product is listed already.",
        by ["/api/products"];
    PRODUCT_ARCHIVED = "product_archived", CONFLICT, "The product is archived. Publish it to change it or offer it again.",
        by ["/api/products", "/api/inventory/"];
    TOO_MUCH_STOCK = "too_much_stock", CONFLICT, "There would be more units of the product than are kept.",
        by ["/api/products", "/api/inventory/", "/api/orders/"];
    BELOW_RESERVED = "below_reserved", CONFLICT, "Units that are promised to orders cannot be corrected away.",
        by ["/api/inventory/"];
    INSUFFICIENT_STOCK = "insufficient_stock", CONFLICT, "There are fewer units than asked for.",
        by ["/api/inventory/", "/api/orders"];
    PRICE_CHANGED = "price_changed", CONFLICT, "The order costs something else now; `total` says what.",
        by ["place_order"];
    ALREADY_PLACED = "already_placed", CONFLICT, "The order was placed already, with other content.",
        by ["place_order"];
    TOO_EARLY = "too_early", CONFLICT, "The order has not come far enough for that; `order_status` says how far.",
        by ["/api/orders/"];
    PAYMENT_UNDER_WAY = "payment_under_way", CONFLICT, "The provider has not answered the last attempt to pay.",
        by ["/api/orders/"];
    ATTEMPT_SUCCEEDED = "attempt_succeeded", CONFLICT, "The provider has said before that this attempt succeeded.",
        by ["/api/orders/", "/api/payments/"];
    NO_PAYMENT_PROVIDER = "no_payment_provider", CONFLICT, "Nobody moves the money of this shop: orders cannot be paid here.",
        by ["/api/orders/", "/api/payments/"];
    TOO_MANY_MESSAGES = "too_many_messages", CONFLICT, "The order has as many messages as it can have.",
        by ["/api/orders/"];
    TOO_MANY_WEBHOOKS = "too_many_webhooks", CONFLICT, "The caller has as many webhooks as one user may. Remove one first.",
        by ["/api/webhooks"];
    UNTRUSTED_CALLBACK = "untrusted_callback", UNAUTHORIZED,
        "The signature of the callback is not good, or its timestamp is too far from now.",
        by ["/api/payments/"];
    TOO_LATE = "too_late", CONFLICT, "Nobody remembers any more whether this return was counted.",
        by ["/api/orders/"];
    ALREADY_DECIDED = "already_decided", CONFLICT, "The order has come too far for that; `order_status` says how far.",
        by ["/api/orders/"];
}

/// What is wrong with one field: the codes beside the general `invalid`, `required` and `unknown_field`.
pub(crate) mod field {
    pub(crate) const USERNAME_TAKEN: &str = "username_taken";
    pub(crate) const SHOP_NAME_TAKEN: &str = "shop_name_taken";
    pub(crate) const PASSWORD_LENGTH: &str = "password_length";
    pub(crate) const PASSWORD_COMMON: &str = "password_common";
    pub(crate) const PASSWORD_SIMILAR: &str = "password_similar";
    pub(crate) const WRONG_CODE: &str = "wrong_code";
    pub(crate) const CURRENCY_FIXED: &str = "currency_fixed";
    pub(crate) const TOO_MANY: &str = "too_many";
    pub(crate) const OUT_OF_RANGE: &str = "out_of_range";
    pub(crate) const UNKNOWN_METHOD: &str = "unknown_method";
    pub(crate) const WRONG_AMOUNT: &str = "wrong_amount";
    pub(crate) const NOT_RETURNABLE: &str = "not_returnable";
    pub(crate) const REPEATED: &str = "repeated";
    pub(crate) const NOT_FOR_SALE: &str = "not_for_sale";
    pub(crate) const OWN_PRODUCT: &str = "own_product";
    pub(crate) const MIXED_CURRENCIES: &str = "mixed_currencies";
    pub(crate) const SELLER_BY_SHOP: &str = "seller_by_shop";
}
