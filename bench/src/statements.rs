//! The statements of query-api, as they were checked when it was built: the limit runs the same ones.

use std::{fs, path::Path};

use anyhow::Context;
use serde::Deserialize;

const CHECKED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../.sqlx");

/// Those that are measured.
pub(crate) struct Statements {
    /// One product.
    pub(crate) product: String,
    /// A page of what is on offer, the newest first.
    pub(crate) page: String,
}

#[derive(Deserialize)]
struct Checked {
    query: String,
}

impl Statements {
    pub(crate) fn read() -> anyhow::Result<Self> {
        let files = fs::read_dir(Path::new(CHECKED)).context("the checked queries of the workspace are not there")?;
        let texts = files.map(|file| Ok(serde_json::from_str::<Checked>(&fs::read_to_string(file?.path())?)?.query));
        let texts: Vec<String> = texts.collect::<anyhow::Result<_>>()?;
        let find = |fits: fn(&str) -> bool| {
            let text = texts.iter().find(|text| text.contains("from products.products p") && fits(text));
            Ok::<_, anyhow::Error>(text.context("query-api has no such statement any more")?.clone())
        };
        Ok(Self {
            product: find(|text| text.trim_end().ends_with("where p.id = $1"))?,
            page: find(|text| text.contains("p.offered_at desc, p.id desc limit $13"))?,
        })
    }
}
