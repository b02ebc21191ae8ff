//! What a client is told about every rule that a command can break.

use domain::{claim, inventory, message, order, product, user, webhook};
use web::fields::refused;
use web::problem::Problem;

use crate::codes::{self, field};
use crate::money::Amount;

/// A rule of accounts.
pub(crate) fn of_user(error: user::Error) -> Problem {
    let said = error.to_string();
    match error {
        user::Error::Unknown | user::Error::Erased => Problem::not_found(),
        user::Error::Suspended => Problem::forbidden(codes::SUSPENDED, said),
        user::Error::Unverified => Problem::forbidden(codes::EMAIL_UNVERIFIED, said),
        user::Error::LinkUsed => Problem::gone(codes::LINK_USED, said),
        user::Error::LinkExpired { .. } => Problem::gone(codes::LINK_EXPIRED, said),
        user::Error::AlreadyRegistered => Problem::conflict(codes::ALREADY_REGISTERED, said),
        user::Error::AlreadySelling => Problem::conflict(codes::ALREADY_SELLING, said),
        user::Error::StillAdmin => Problem::conflict(codes::NEEDS_ANOTHER_ADMIN, said),
        user::Error::SellerByShop => refused("/role", field::SELLER_BY_SHOP, said),
    }
}

/// A rule of claims; who holds it is nobody's business.
pub(crate) fn of_claim(error: claim::Error, pointer: &str, code: &str) -> Problem {
    match error {
        claim::Error::Taken { .. } => refused(pointer, code, "this name is taken"),
    }
}

/// A rule of products.
pub(crate) fn of_product(error: product::Error) -> Problem {
    let said = error.to_string();
    match error {
        product::Error::Unknown => Problem::not_found(),
        product::Error::AlreadyListed => Problem::conflict(codes::ALREADY_LISTED, said),
        product::Error::Archived => Problem::conflict(codes::PRODUCT_ARCHIVED, said),
        product::Error::CurrencyFixed { .. } => refused("/price/currency", field::CURRENCY_FIXED, said),
        product::Error::TooManyImages { .. } => refused("/images", field::TOO_MANY, said),
    }
}

/// A rule of subscriptions.
pub(crate) fn of_webhook(error: webhook::Error) -> Problem {
    let said = error.to_string();
    match error {
        webhook::Error::Unknown => Problem::not_found(),
        webhook::Error::TooMany { .. } => Problem::conflict(codes::TOO_MANY_WEBHOOKS, said),
    }
}

/// A rule of inventories; `pointer` is where the client wrote the quantity.
pub(crate) fn of_inventory(error: inventory::Error, pointer: &str) -> Problem {
    let said = error.to_string();
    match error {
        inventory::Error::Quantity { .. } | inventory::Error::Delta { .. } => {
            refused(pointer, field::OUT_OF_RANGE, said)
        }
        inventory::Error::TooMuch { .. } => Problem::conflict(codes::TOO_MUCH_STOCK, said),
        inventory::Error::BelowReserved { on_hand, reserved, .. } => {
            Problem::conflict(codes::BELOW_RESERVED, said).with("on_hand", on_hand).with("reserved", reserved)
        }
        inventory::Error::TooLate { .. } => Problem::conflict(codes::TOO_LATE, said),
        inventory::Error::Insufficient { available, .. } => {
            Problem::conflict(codes::INSUFFICIENT_STOCK, said).with("available", available)
        }
    }
}

/// A rule of conversations.
pub(crate) fn of_message(error: message::Error) -> Problem {
    match error {
        message::Error::Full => Problem::conflict(codes::TOO_MANY_MESSAGES, error.to_string()),
    }
}

/// A rule of orders.
pub(crate) fn of_order(error: order::Error) -> Problem {
    let said = error.to_string();
    let line = |index: usize, member: &str, code| refused(format!("/lines/{index}/{member}"), code, said.clone());
    match error {
        order::Error::Unknown => Problem::not_found(),
        order::Error::AlreadyPlaced => Problem::conflict(codes::ALREADY_PLACED, said),
        order::Error::AlreadyDecided { status } => {
            Problem::conflict(codes::ALREADY_DECIDED, said).with("order_status", status.as_str())
        }
        order::Error::TooEarly { status } => {
            Problem::conflict(codes::TOO_EARLY, said).with("order_status", status.as_str())
        }
        order::Error::PaymentUnderWay { .. } => Problem::conflict(codes::PAYMENT_UNDER_WAY, said),
        order::Error::AttemptSucceeded { .. } => Problem::conflict(codes::ATTEMPT_SUCCEEDED, said),
        order::Error::NoSuchAttempt { .. } | order::Error::NoSuchRefund { .. } | order::Error::NotASeller { .. } => {
            Problem::not_found()
        }
        order::Error::WrongAmount { .. } => refused("/amount", field::WRONG_AMOUNT, said),
        order::Error::NotReturnable { index, returnable, .. } => {
            line(index, "quantity", field::NOT_RETURNABLE).with("returnable", returnable)
        }
        // What is charged is the shop's own doing.
        order::Error::Charges { .. } => Problem::internal(said),
        order::Error::Lines { .. } => refused("/lines", field::OUT_OF_RANGE, said),
        order::Error::Quantity { index, .. } => line(index, "quantity", field::OUT_OF_RANGE),
        order::Error::Repeated { index, .. } => line(index, "product_id", field::REPEATED),
        order::Error::NotForSale { index, .. } => line(index, "product_id", field::NOT_FOR_SALE),
        order::Error::OwnProduct { index, .. } => line(index, "product_id", field::OWN_PRODUCT),
        order::Error::MixedCurrencies { index, .. } => line(index, "product_id", field::MIXED_CURRENCIES),
        order::Error::PriceChanged { total } => {
            let total = serde_json::to_value(Amount::from(total)).expect("an amount is a struct");
            Problem::conflict(codes::PRICE_CHANGED, said).with("total", total)
        }
    }
}
