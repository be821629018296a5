//! The endpoints of the dashboard.

use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const DASHBOARD_ROOT: Operation = Operation::new(OperationGroup::Deployment, "dashboardRoot", "Go to the dashboard")
    .description("Redirects to `/app/`.")
    .answers(&[(308, answers::DASHBOARD_ROOT)]);

pub(super) const DASHBOARD: Operation = Operation::new(OperationGroup::Deployment, "dashboard", "Show the dashboard")
    .description(
        "The page of the dashboard, a program that runs in a browser and uses this API. It is served on every domain of \
         the deployment, added ones too. The page is gzipped if the client accepts that. The answer is 503 if the \
         deployment has no such page.",
    )
    .parameters(&[parameters::ACCEPT_ENCODING])
    .answers(&[(200, answers::ENCODED_PAGE)]);

pub(super) const DASHBOARD_THEME: Operation =
    Operation::new(OperationGroup::Deployment, "dashboardTheme", "Show the colours of the dashboard")
        .description(
            "A style sheet with the settings `HOP_NAME` and `HOP_COLORS` as custom properties: `--name`, a string; \
             `--accent`; `--accent-ink`, for text on the accent; `--accent-text`, the accent as text on the page. On a \
             dark page the accent is lighter if it would be hard to read.",
        )
        .answers(&[(200, answers::STYLE_SHEET)]);

pub(super) const DASHBOARD_ASSET: Operation = Operation::new(OperationGroup::Deployment, "dashboardAsset", "Show a file of the dashboard")
    .description(
        "A script, a style sheet or a picture of the dashboard. Its name has a hash of its contents, so it may be kept \
             for ever. It is gzipped if the client accepts that.",
    )
    .parameters(&[parameters::ACCEPT_ENCODING])
    .answers(&[(200, answers::DASHBOARD_ASSET)]);
