//! One spelling for what is the same: NFC, and the mapping of UTS 46, which is NFKC with case folding.

use super::kinds::{class, is_ignored, is_refused};
use super::tables::{TABLES, character};

/// The syllables of Hangul are reckoned, not looked up: a lead, a vowel, and maybe a tail.
const SYLLABLES: u32 = 0xAC00;
const LEADS: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
const TAILS: u32 = 0x11A7;
const SYLLABLE_COUNT: u32 = 11_172;
const LEAD_COUNT: u32 = 19;
const VOWEL_COUNT: u32 = 21;
const TAIL_COUNT: u32 = 28;

/// NFC.
pub(crate) fn compose(text: &str) -> String {
    let mut parts = Parts::default();
    text.chars().for_each(|c| parts.take_apart(c));
    parts.composed()
}

/// Without regard to capitals, width or style: the mapping of UTS 46, as browsers apply it to host names, in NFC. U+FFFD stands for
/// whatever no host may hold.
pub(crate) fn fold(text: &str) -> String {
    let mut parts = Parts::default();
    text.chars().for_each(|c| parts.fold(c));
    parts.composed()
}

/// Characters that are not made of others, marks in their order.
#[derive(Default)]
struct Parts(Vec<(char, u8)>);

impl Parts {
    fn fold(&mut self, c: char) {
        let tables = &*TABLES;
        if let Ok(at) = tables.folds.binary_search_by_key(&u32::from(c), |(from, _)| *from) {
            let end = |at: usize| tables.folds.get(at).map_or(0, |(_, end)| *end);
            let begin = at.checked_sub(1).map_or(0, end);
            tables.folded.get(begin..end(at)).unwrap_or_default().iter().for_each(|c| self.take_apart(*c));
        } else if let Some([other, '\0']) = made_of(c) {
            self.fold(other);
        } else if is_refused(c) {
            self.push(char::REPLACEMENT_CHARACTER);
        } else if !is_ignored(c) {
            self.take_apart(c);
        }
    }

    fn take_apart(&mut self, c: char) {
        let syllable = u32::from(c).wrapping_sub(SYLLABLES);
        if syllable < SYLLABLE_COUNT {
            let (lead_and_vowel, tail) = (syllable.wrapping_div(TAIL_COUNT), syllable.wrapping_rem(TAIL_COUNT));
            self.push(character(LEADS.wrapping_add(lead_and_vowel.wrapping_div(VOWEL_COUNT))));
            self.push(character(VOWELS.wrapping_add(lead_and_vowel.wrapping_rem(VOWEL_COUNT))));
            if tail > 0 {
                self.push(character(TAILS.wrapping_add(tail)));
            }
        } else if let Some([first, second]) = made_of(c) {
            self.take_apart(first);
            if second != '\0' {
                self.take_apart(second);
            }
        } else {
            self.push(c);
        }
    }

    /// Puts a mark before those of higher classes.
    fn push(&mut self, c: char) {
        let class = if c.is_ascii() { 0 } else { class(c) };
        let higher = self.0.iter().rev().take_while(|(_, before)| class > 0 && *before > class).count();
        self.0.insert(self.0.len().saturating_sub(higher), (c, class));
    }

    /// The characters, as few as say the same. A mark joins the last character of class 0 unless one of its class or higher stands between.
    fn composed(self) -> String {
        let mut text: Vec<char> = Vec::with_capacity(self.0.len());
        let (mut starter, mut between) = (None::<usize>, None::<u8>);
        for (c, class) in self.0 {
            let joins = between.is_none_or(|between| between < class);
            let whole = starter.and_then(|at| text.get_mut(at)).filter(|_| joins).and_then(|first| {
                *first = together(*first, c)?;
                Some(())
            });
            if whole.is_some() {
                continue;
            }
            if class == 0 {
                (starter, between) = (Some(text.len()), None);
            } else {
                between = Some(class);
            }
            text.push(c);
        }
        text.into_iter().collect()
    }
}

fn made_of(c: char) -> Option<[char; 2]> {
    if c.is_ascii() {
        return None;
    }
    let made_of = &TABLES.made_of;
    let at = made_of.binary_search_by_key(&u32::from(c), |(whole, _)| *whole).ok()?;
    made_of.get(at).map(|(_, parts)| parts.map(character))
}

/// The character that two make.
fn together(first: char, second: char) -> Option<char> {
    let [first, second] = [first, second].map(u32::from);
    if second < 0x80 {
        return None;
    }
    let (lead, vowel) = (first.wrapping_sub(LEADS), second.wrapping_sub(VOWELS));
    if lead < LEAD_COUNT && vowel < VOWEL_COUNT {
        let syllable = lead.wrapping_mul(VOWEL_COUNT).wrapping_add(vowel).wrapping_mul(TAIL_COUNT);
        return Some(character(SYLLABLES.wrapping_add(syllable)));
    }
    let (syllable, tail) = (first.wrapping_sub(SYLLABLES), second.wrapping_sub(TAILS));
    if syllable < SYLLABLE_COUNT && syllable.wrapping_rem(TAIL_COUNT) == 0 && (1..TAIL_COUNT).contains(&tail) {
        return Some(character(first.wrapping_add(tail)));
    }
    let makes = &TABLES.makes;
    let at = makes.binary_search_by_key(&[first, second], |(parts, _)| *parts).ok()?;
    makes.get(at).map(|(_, whole)| character(*whole))
}
