//! Where visitors of the example come from, as an edge knows it.

pub(super) struct Place {
    pub(super) country: &'static str,
    pub(super) region: &'static str,
    pub(super) city: &'static str,
    /// How many hours the local time is ahead of UTC.
    pub(super) ahead: i64,
    pub(super) languages: &'static str,
    pub(super) weight: f64,
}

const fn place(country: &'static str, region: &'static str, city: &'static str, ahead: i64, languages: &'static str, weight: f64) -> Place {
    Place { country, region, city, ahead, languages, weight }
}

const DE: &str = "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7";
const FR: &str = "fr-FR,fr;q=0.9,en;q=0.8";
const EN_GB: &str = "en-GB,en;q=0.9";
const EN_US: &str = "en-US,en;q=0.9";

pub(super) const PLACES: [Place; 36] = [
    place("DE", "Bavaria", "Munich", 1, DE, 9.0),
    place("DE", "Berlin", "Berlin", 1, DE, 8.0),
    place("DE", "Hamburg", "Hamburg", 1, DE, 4.5),
    place("DE", "Saxony", "Leipzig", 1, DE, 2.5),
    place("DE", "Baden-Wurttemberg", "Freiburg", 1, DE, 3.0),
    place("AT", "Tyrol", "Innsbruck", 1, "de-AT,de;q=0.9,en;q=0.8", 4.0),
    place("AT", "Vienna", "Vienna", 1, "de-AT,de;q=0.9,en;q=0.8", 3.5),
    place("CH", "Zurich", "Zurich", 1, "de-CH,de;q=0.9,en;q=0.8,fr;q=0.7", 3.5),
    place("CH", "Bern", "Bern", 1, "de-CH,de;q=0.9,en;q=0.8", 2.0),
    place("CH", "Geneva", "Geneva", 1, "fr-CH,fr;q=0.9,en;q=0.8", 1.3),
    place("GB", "England", "London", 0, EN_GB, 7.0),
    place("GB", "Scotland", "Edinburgh", 0, EN_GB, 2.5),
    place("GB", "England", "Leeds", 0, EN_GB, 2.0),
    place("GB", "England", "Bristol", 0, EN_GB, 1.7),
    place("IE", "Leinster", "Dublin", 0, "en-IE,en;q=0.9", 1.8),
    place("US", "New York", "New York", -5, EN_US, 4.0),
    place("US", "California", "San Francisco", -8, EN_US, 3.2),
    place("US", "Colorado", "Denver", -7, EN_US, 2.4),
    place("US", "Washington", "Seattle", -8, EN_US, 2.0),
    place("US", "Texas", "Austin", -6, "en-US,en;q=0.9,es;q=0.8", 1.6),
    place("CA", "Ontario", "Toronto", -5, "en-CA,en;q=0.9,fr-CA;q=0.8", 1.5),
    place("CA", "Quebec", "Montreal", -5, "fr-CA,fr;q=0.9,en;q=0.8", 0.9),
    place("FR", "Île-de-France", "Paris", 1, FR, 4.5),
    place("FR", "Auvergne-Rhône-Alpes", "Grenoble", 1, FR, 2.6),
    place("FR", "Auvergne-Rhône-Alpes", "Lyon", 1, FR, 1.9),
    place("NL", "North Holland", "Amsterdam", 1, "nl-NL,nl;q=0.9,en;q=0.8", 3.0),
    place("NL", "Utrecht", "Utrecht", 1, "nl-NL,nl;q=0.9,en;q=0.8", 1.4),
    place("ES", "Madrid", "Madrid", 1, "es-ES,es;q=0.9,en;q=0.8", 2.4),
    place("PT", "Lisbon", "Lisbon", 0, "pt-PT,pt;q=0.9,en;q=0.8", 2.0),
    place("IT", "Piedmont", "Turin", 1, "it-IT,it;q=0.9,en;q=0.8", 2.2),
    place("SE", "Stockholm County", "Stockholm", 1, "sv-SE,sv;q=0.9,en;q=0.8", 1.9),
    place("NO", "Oslo", "Oslo", 1, "nb-NO,nb;q=0.9,no;q=0.8,en;q=0.7", 1.7),
    place("PL", "Lesser Poland", "Krakow", 1, "pl-PL,pl;q=0.9,en;q=0.8", 1.6),
    place("JP", "Tokyo", "Tokyo", 9, "ja,en-US;q=0.9,en;q=0.8", 1.4),
    place("BR", "São Paulo", "São Paulo", -3, "pt-BR,pt;q=0.9,en;q=0.8", 1.2),
    place("AU", "New South Wales", "Sydney", 10, "en-AU,en;q=0.9", 1.1),
];
