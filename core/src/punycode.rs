//! Punycode: other letters in ASCII, as host names hold them (RFC 3492).

const BASE: u32 = 36;
const LEAST: u32 = 1;
const MOST: u32 = 26;
const FIRST: u32 = 0x80;
const FIRST_BIAS: u32 = 72;

/// The letters, unless `text` was made of none. Nothing but ASCII digits and small letters says where others stand.
pub(crate) fn decode(text: &str) -> Option<Vec<char>> {
    let (ascii, others) = text.rsplit_once('-').unwrap_or(("", text));
    let mut letters: Vec<char> = ascii.chars().collect();
    let (mut code, mut at, mut bias) = (FIRST, 0_u32, FIRST_BIAS);
    let mut digits = others.bytes();
    while let Some(digit) = digits.next() {
        let (before, mut weight, mut place, mut digit) = (at, 1_u32, BASE, digit);
        loop {
            let value = value_of(digit)?;
            at = at.checked_add(value.checked_mul(weight)?)?;
            let threshold = threshold(place, bias);
            if value < threshold {
                break;
            }
            weight = weight.checked_mul(BASE.checked_sub(threshold)?)?;
            place = place.checked_add(BASE)?;
            digit = digits.next()?;
        }
        let count = u32::try_from(letters.len()).ok()?.checked_add(1)?;
        bias = adapted(at.checked_sub(before)?, count, before == 0)?;
        code = code.checked_add(at.checked_div(count)?)?;
        at = at.checked_rem(count)?;
        letters.insert(usize::try_from(at).ok()?, char::from_u32(code)?);
        at = at.checked_add(1)?;
    }
    Some(letters)
}

pub(crate) fn encode(letters: &[char]) -> Option<String> {
    let mut text: String = letters.iter().filter(|c| c.is_ascii()).collect();
    let mut done = u32::try_from(text.len()).ok()?;
    if done > 0 {
        text.push('-');
    }
    let (mut code, mut delta, mut bias, mut is_first) = (FIRST, 0_u32, FIRST_BIAS, true);
    while let Some(next) = letters.iter().map(|c| u32::from(*c)).filter(|c| *c >= code).min() {
        delta = delta.checked_add(next.checked_sub(code)?.checked_mul(done.checked_add(1)?)?)?;
        code = next;
        for c in letters.iter().map(|c| u32::from(*c)) {
            if c < code {
                delta = delta.checked_add(1)?;
            }
            if c == code {
                push(&mut text, delta, bias)?;
                bias = adapted(delta, done.checked_add(1)?, is_first)?;
                (delta, is_first) = (0, false);
                done = done.checked_add(1)?;
            }
        }
        delta = delta.checked_add(1)?;
        code = code.checked_add(1)?;
    }
    Some(text)
}

fn push(text: &mut String, mut rest: u32, bias: u32) -> Option<()> {
    let mut place = BASE;
    loop {
        let threshold = threshold(place, bias);
        if rest < threshold {
            text.push(digit(rest)?);
            return Some(());
        }
        let (above, values) = (rest.checked_sub(threshold)?, BASE.checked_sub(threshold)?);
        text.push(digit(threshold.checked_add(above.checked_rem(values)?)?)?);
        rest = above.checked_div(values)?;
        place = place.checked_add(BASE)?;
    }
}

fn threshold(place: u32, bias: u32) -> u32 {
    place.saturating_sub(bias).clamp(LEAST, MOST)
}

fn adapted(delta: u32, count: u32, is_first: bool) -> Option<u32> {
    let mut delta = if is_first { delta.wrapping_div(700) } else { delta.wrapping_div(2) };
    delta = delta.checked_add(delta.checked_div(count)?)?;
    let mut places = 0_u32;
    while delta > 455 {
        delta = delta.wrapping_div(35);
        places = places.checked_add(BASE)?;
    }
    places.checked_add(delta.checked_mul(36)?.checked_div(delta.checked_add(38)?)?)
}

/// `a` to `z`, then `0` to `9`.
fn value_of(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit.wrapping_sub(b'a'))),
        b'0'..=b'9' => Some(u32::from(digit.wrapping_sub(b'0').wrapping_add(26))),
        _ => None,
    }
}

fn digit(value: u32) -> Option<char> {
    let from = if value < 26 { u32::from(b'a') } else { 22 };
    char::from_u32(from.checked_add(value)?)
}
