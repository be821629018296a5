//! The visitors of the example: people who come back, bots and previews.
use super::agents::{Agent, BOTS, BROWSERS, PREVIEWS};
use super::places::{PLACES, Place};
use super::random::{Random, Weights};

/// The number of people.
const PEOPLE: u64 = 9_000;

#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) place: &'static Place,
    pub(super) agent: &'static Agent,
    /// In the network for documentation (RFC 3849).
    pub(super) address: String,
    pub(super) is_person: bool,
}

pub(super) struct Visitors {
    people: Vec<Visitor>,
    places: Weights,
    bots: Weights,
    previews: Weights,
}

impl Visitors {
    pub(super) fn new() -> Self {
        let mut random = Random::new(2);
        let places = Weights::new(PLACES.iter().map(|place| place.weight));
        let browsers = Weights::new(BROWSERS.iter().map(|agent| agent.weight));
        let people = (0..PEOPLE).map(|number| Visitor {
            place: &PLACES[places.choose(&mut random)],
            agent: &BROWSERS[browsers.choose(&mut random)],
            address: address(number),
            is_person: true,
        });
        let [bots, previews] = [BOTS.as_slice(), &PREVIEWS].map(|agents| Weights::new(agents.iter().map(|agent| agent.weight)));
        Self { people: people.collect(), places, bots, previews }
    }

    /// A person. Some come more often than others.
    pub(super) fn person(&self, random: &mut Random) -> &Visitor {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position in a list")]
        let position = (self.people.len() as f64 * random.share().powf(1.7)) as usize;
        &self.people[position.min(self.people.len() - 1)]
    }

    /// A person with a phone or a tablet.
    pub(super) fn mobile_person(&self, random: &mut Random) -> &Visitor {
        (0..20).map(|_| self.person(random)).find(|person| person.agent.is_mobile).unwrap_or_else(|| self.person(random))
    }

    pub(super) fn bot(&self, random: &mut Random) -> Visitor {
        self.machine(&BOTS[self.bots.choose(random)], random)
    }

    pub(super) fn preview(&self, random: &mut Random) -> Visitor {
        self.machine(&PREVIEWS[self.previews.choose(random)], random)
    }

    fn machine(&self, agent: &'static Agent, random: &mut Random) -> Visitor {
        // Most programs run in data centres in America.
        let anywhere = &PLACES[self.places.choose(random)];
        let in_america = PLACES.iter().filter(|place| place.country == "US");
        let american = in_america.cycle().nth(usize::try_from(random.below(20)).unwrap_or_default()).filter(|_| random.has_luck(65));
        let place = american.unwrap_or(anywhere);
        Visitor { place, agent, address: address(PEOPLE + random.below(400)), is_person: false }
    }
}

/// hop tells visitors apart by the first 64 bits of an address.
fn address(number: u64) -> String {
    format!("2001:db8:0:{number:x}::1")
}
