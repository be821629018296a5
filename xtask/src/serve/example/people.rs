//! The users of the example.

pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) role: &'static str,
    /// The name of the API key with which their links are created; `None` for a user without links.
    pub(super) key: Option<&'static str>,
    /// Whether they have accepted their invitation.
    pub(super) is_active: bool,
}

/// The first user is the owner of the deployment. `serve` prints its password.
pub(super) const PEOPLE: [Person; 6] = [
    Person { name: "Sam Carter", email: "sam@example.com", role: "owner", key: Some("Website"), is_active: true },
    Person { name: "Mira Lindqvist", email: "mira@example.com", role: "admin", key: Some("Newsletter"), is_active: true },
    Person { name: "Tomás Herrera", email: "tomas@example.com", role: "editor", key: Some("Shop"), is_active: true },
    Person { name: "Aiko Tanaka", email: "aiko@example.com", role: "editor", key: Some("Events"), is_active: true },
    Person { name: "Jonas Weber", email: "jonas@example.com", role: "viewer", key: None, is_active: true },
    Person { name: "Priya Nair", email: "priya@example.com", role: "editor", key: None, is_active: false },
];

/// The positions of those who own links.
pub(super) const SAM: usize = 0;
pub(super) const MIRA: usize = 1;
pub(super) const TOMAS: usize = 2;
pub(super) const AIKO: usize = 3;
