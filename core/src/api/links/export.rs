//! Exporting links, newest first, a page for each request: every link of a domain that is not deleted. The hashes of their passwords are
//! told to whoever asks for them.

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

/// How links are written down. A cursor goes on in the format it began in.
#[derive(Clone, Copy)]
enum ExportFormat {
    /// A Link on each line.
    Lines,
    /// A row for each link, below the names of the columns, on every page.
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
    let wanted = LinkListQuery::take(&mut fields);
    fields.finish(Some(()))?;
    let filter = LinkFilter::all(domain);
    let found = wanted.find(context, authorized, format.address(with_passwords), &filter).await?;
    let links = found.links.iter().zip(&found.counts).map(|(link, counts)| {
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
    found.point_on(file)
}

impl ExportFormat {
    fn parse(text: &str) -> Result<Self, FieldError> {
        match text {
            "jsonl" => Ok(Self::Lines),
            "csv" => Ok(Self::Rows),
            _ => Err(FieldError::invalid("links are exported as jsonl or csv")),
        }
    }

    /// The beginning of the address of a page in this format.
    fn address(self, with_passwords: bool) -> &'static str {
        match (self, with_passwords) {
            (Self::Lines, false) => "/api/v1/export?format=jsonl&",
            (Self::Lines, true) => "/api/v1/export?format=jsonl&passwords=true&",
            (Self::Rows, false) => "/api/v1/export?format=csv&",
            (Self::Rows, true) => "/api/v1/export?format=csv&passwords=true&",
        }
    }
}
