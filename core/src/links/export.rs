//! Exporting links, newest first, a page for each request: every link of a domain that is not deleted.

use super::filter::Filter;
use super::list::Wanted;
use super::named::take_domain;
use super::wire;
use crate::app::Context;
use crate::auth::Proof;
use crate::body::Fields;
use crate::csv;
use crate::error::{Problem, Refusal};
use crate::ports::Edge;
use crate::response::Response;

/// How links are written down. A cursor goes on in the format it began in.
#[derive(Clone, Copy)]
enum Format {
    /// A Link on each line.
    Lines,
    /// A row for each link, below the names of the columns, on every page.
    Rows,
}

/// `GET /api/v1/export`
pub(crate) async fn export<E: Edge>(context: &Context<'_, E>, proof: &Proof, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let format = fields.take("format", |tree| Format::parse(&tree.text()?)).unwrap_or(Format::Lines);
    let domain = take_domain(context, &mut fields).await?;
    let wanted = Wanted::take(&mut fields);
    fields.finish(Some(()))?;
    let filter = Filter::all(domain);
    let found = wanted.find(context, proof, format.address(), &filter).await?;
    let links = found.links.iter().zip(&found.clicks).map(|(link, clicks)| wire::link(context, link, *clicks));
    let file = match format {
        Format::Lines => {
            let lines = links.map(|link| wire::line(&link)).collect::<Result<Vec<_>, _>>()?;
            Response::file("application/x-ndjson", lines.concat())
        }
        Format::Rows => {
            let mut rows = String::new();
            csv::write(&mut rows, &wire::COLUMNS);
            for link in links {
                csv::write(&mut rows, &wire::cells(&link)?);
            }
            Response::file("text/csv; charset=utf-8", rows.into_bytes())
        }
    };
    found.point_on(file)
}

impl Format {
    fn parse(text: &str) -> Result<Self, Refusal> {
        match text {
            "jsonl" => Ok(Self::Lines),
            "csv" => Ok(Self::Rows),
            _ => Err(Refusal::invalid("links are exported as jsonl or csv")),
        }
    }

    /// The beginning of the address of a page in this format.
    fn address(self) -> &'static str {
        match self {
            Self::Lines => "/api/v1/export?format=jsonl&",
            Self::Rows => "/api/v1/export?format=csv&",
        }
    }
}
