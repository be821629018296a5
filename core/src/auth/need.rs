//! What each route asks of who calls it. Every route is decided here by name: a new one does not compile without a decision.

use http::Method;

use crate::message::route::Route;
use crate::model::rights::Right;

/// What somebody must be to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Anybody at all.
    Nothing,
    /// Anybody hop knows.
    Identity,
    /// Whoever has this right.
    The(Right),
}

impl Need {
    pub(crate) fn of(route: &Route<'_>, method: &Method) -> Self {
        let reads = *method == Method::GET || *method == Method::HEAD;
        match route {
            Route::Home | Route::Health | Route::Ready | Route::Capabilities | Route::OpenApi | Route::Robots | Route::Favicon => {
                Self::Nothing
            }
            Route::Follow(..) | Route::Preview(_) | Route::Problem(_) | Route::Unknown => Self::Nothing,
            Route::Me => Self::Identity,
            Route::Links | Route::Link(_) if reads => Self::The(Right::ReadLinks),
            Route::History(_) | Route::Explain(_) | Route::Qr(_) | Route::Export | Route::Alias(_) | Route::Tags => {
                Self::The(Right::ReadLinks)
            }
            Route::Shorten | Route::Links | Route::Link(_) | Route::Restore(_) | Route::Batch => Self::The(Right::WriteLinks),
            Route::Import | Route::Tag(_) => Self::The(Right::ManageLinks),
            Route::Domains | Route::Domain(_) if reads => Self::The(Right::ReadDomains),
            Route::Domains | Route::Domain(_) => Self::The(Right::WriteDomains),
            Route::Users | Route::User(_) | Route::Invite(_) => Self::The(Right::ManageUsers),
            Route::Keys | Route::Key(_) => Self::The(Right::ManageKeys),
            Route::Audit => Self::The(Right::ReadAudit),
            Route::Metrics => Self::The(Right::ReadMetrics),
        }
    }
}
