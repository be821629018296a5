//! Exports the links of a domain that are not deleted, newest first, one page for each request. An admin can ask for
//! the password hashes.

use super::filter::LinkFilter;
use super::link_ref::take_domain;
use super::list::LinkListQuery;
use super::wire::{self, LinkJson};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Fields, JsonValue};
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::csv;
use crate::model::field_error::FieldError;
use crate::model::rights::Right;
use crate::store::ports::Edge;

/// File format of an export. A cursor is valid only for the format it was made for.
#[derive(Clone, Copy)]
enum ExportFormat {
    /// JSON Lines: one Link on each line.
    Lines,
    /// CSV: one row for each link. Every page begins with the column names.
    Rows,
}

/// `GET /api/v1/export`
pub(crate) async fn export<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let format = fields.take_text("format", |text| ExportFormat::parse(&text)).unwrap_or(ExportFormat::Lines);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let with_passwords = fields.take("passwords", JsonValue::flag).unwrap_or_default();
    if with_passwords {
        authorized.check(Right::ManageLinks)?;
    }
    let page_query = LinkListQuery::from_query(&mut fields);
    fields.finish(Some(()))?;
    let filter = LinkFilter::all(domain);
    let page = page_query.load_page(context, authorized, format.list_url(with_passwords), &filter).await?;
    let links = page.links.iter().zip(&page.counts).map(|(link, counts)| {
        let json = LinkJson::new(context, authorized, link, *counts);
        if with_passwords { json.with_password_hash(link) } else { json }
    });
    let file = match format {
        ExportFormat::Lines => {
            let mut lines = Vec::new();
            for link in links {
                serde_json::to_writer(&mut lines, &link).map_err(Problem::internal)?;
                lines.push(b'\n');
            }
            Response::file("application/x-ndjson", lines)
        }
        ExportFormat::Rows => {
            let mut rows = Vec::new();
            let columns = if with_passwords { &wire::COLUMNS } else { wire::COLUMNS.split_last().map_or(&[][..], |(_, others)| others) };
            csv::write(&mut rows, columns);
            for link in links {
                csv::write(&mut rows, &wire::cells(&link, columns)?);
            }
            Response::file("text/csv; charset=utf-8", rows)
        }
    };
    page.with_next_link(file)
}

impl ExportFormat {
    fn parse(text: &str) -> Result<Self, FieldError> {
        match text {
            "jsonl" => Ok(Self::Lines),
            "csv" => Ok(Self::Rows),
            _ => Err(FieldError::invalid("format must be jsonl or csv")),
        }
    }

    /// Beginning of the URL of a page in this format.
    fn list_url(self, with_passwords: bool) -> &'static str {
        match (self, with_passwords) {
            (Self::Lines, false) => "/api/v1/export?format=jsonl&",
            (Self::Lines, true) => "/api/v1/export?format=jsonl&passwords=true&",
            (Self::Rows, false) => "/api/v1/export?format=csv&",
            (Self::Rows, true) => "/api/v1/export?format=csv&passwords=true&",
        }
    }
}
