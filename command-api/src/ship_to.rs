//! Where an order goes: a private record of the order, and in no event.

use domain::text::{AddressLine, Country, Phone, Place, Postcode, Recipient};
use event_store::Record;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::fields::Fields;

/// The most lines above the town.
const MAX_LINES: usize = 3;

/// The field of an order's private record.
const SHIP_TO: &str = "ship_to";

/// Where an order goes. The buyer and the sellers in it see it, nobody else; it is gone with its buyer.
// No `Debug`: what cannot be printed stands in no log.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipTo {
    /// Whom the parcel is for.
    #[schema(min_length = 1, max_length = 100, example = "Anna Berg")]
    name: String,
    /// Street and number, and whatever else stands above the town. 1 to 100 characters each.
    #[schema(min_items = 1, max_items = 3, example = json!(["Lange Straße 7", "Third floor"]))]
    lines: Vec<String>,
    #[schema(min_length = 1, max_length = 100, example = "Rostock")]
    city: String,
    /// Where the country has them.
    #[schema(min_length = 1, max_length = 16, example = "18055")]
    postcode: Option<String>,
    /// An ISO 3166-1 alpha-2 code.
    #[schema(min_length = 2, max_length = 2, example = "DE")]
    country: String,
    /// What the carrier may ring: digits, and signs between them.
    #[schema(min_length = 3, max_length = 32, example = "+49 381 1234567")]
    phone: Option<String>,
}

/// The same, once it is known to be one.
#[derive(Serialize)]
struct Parsed {
    name: Recipient,
    lines: Vec<AddressLine>,
    city: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<Postcode>,
    country: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Phone>,
}

impl ShipTo {
    /// The private record that keeps it.
    pub(crate) fn parse(self, pointer: &str, fields: &mut Fields) -> Option<Record> {
        let name = fields.parse(format!("{pointer}/name"), self.name, Recipient::try_from);
        let lines = parse_lines(pointer, self.lines, fields);
        let city = fields.parse(format!("{pointer}/city"), self.city, Place::try_from);
        let postcode = fields.parse_some(format!("{pointer}/postcode"), self.postcode, Postcode::try_from);
        let country = fields.parse(format!("{pointer}/country"), self.country, Country::try_from);
        let phone = fields.parse_some(format!("{pointer}/phone"), self.phone, Phone::try_from);
        let parsed =
            Parsed { name: name?, lines: lines?, city: city?, postcode: postcode?, country: country?, phone: phone? };
        let json = serde_json::to_string(&parsed).expect("an address is texts");
        Some(Record::from([(SHIP_TO, json)]))
    }
}

fn parse_lines(pointer: &str, lines: Vec<String>, fields: &mut Fields) -> Option<Vec<AddressLine>> {
    if !(1..=MAX_LINES).contains(&lines.len()) {
        let message = format!("an address has 1 to {MAX_LINES} lines above the town");
        fields.refuse(format!("{pointer}/lines"), crate::codes::field::OUT_OF_RANGE, message);
        return None;
    }
    let parsed = lines.into_iter().enumerate();
    let parsed =
        parsed.map(|(index, line)| fields.parse(format!("{pointer}/lines/{index}"), line, AddressLine::try_from));
    // Every line is looked at, so that all of them are told.
    let parsed: Vec<_> = parsed.collect();
    parsed.into_iter().collect()
}
