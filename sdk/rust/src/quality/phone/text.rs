//! Finds the phone number in a text.

use super::extension;

const LONGEST: usize = 250;

/// Where the ten digits of each script begin, in hexadecimal.
const ZEROS: &str = include_str!("digits.txt");

/// What a number may have beside ASCII's digits and letters, each kind behind its mark; capitals stand for the letters
/// beyond ASCII that call an extension one.
const MARKS: &[(u8, &str)] = &[
    (b'+', "+＋"),
    (b'-', "-‐‑‒–—―−ー－"),
    (b'/', "/／"),
    (b'.', ".．"),
    (b' ', " \u{a0}"),
    (b'~', "~～"),
    (b'#', "#＃"),
    (b'(', "()（）[]［］⁓∼\u{ad}\u{200b}\u{2060}\u{3000}"),
    (b'D', "дД"),
    (b'O', "оО"),
    (b'B', "бБ"),
    (b'A', "óÓ"),
    (b'E', "ｅＥ"),
    (b'X', "ｘＸ"),
    (b'T', "ｔＴ"),
    (b'N', "ｎＮ"),
    (b'I', "ｉＩ"),
];
const OWN_MARKS: &str = "*,;:=\t\\";

const CONTEXT: &str = ";phone-context=";
const UNWANTED_END: &[char] = &['+', '-', '/', '.', ' ', '~', '(', '*', ',', ';', ':', '=', '\t', '\\', '!'];

/// The letters of the keys of a telephone.
const KEYS: &[u8; 26] = b"22233344455566677778889999";

/// The number in a text, without its extension, as a plus, digits, letters and marks; none where there is none.
pub(super) fn number_in(text: &str) -> Option<String> {
    let marked: String = text.chars().take(LONGEST + 1).map(mark).collect();
    let written: String = text.chars().map(|c| if c.is_ascii() { c } else { '!' }).collect();
    let mut number = if marked.len() > LONGEST { None } else { located(&marked, &written) }?;
    if !is_viable(&number) {
        return None;
    }
    if let Some(start) = extension::start(&number).filter(|start| is_viable(&number[..*start])) {
        number.truncate(start);
    }
    Some(number)
}

/// The digits of a number; three letters or more are those of the keys.
pub(super) fn digits(number: &str) -> String {
    let is_spelled = number.bytes().filter(u8::is_ascii_lowercase).count() >= 3;
    let dialled = number.bytes().filter_map(|byte| match byte {
        b'0'..=b'9' => Some(byte),
        b'a'..=b'z' if is_spelled => Some(KEYS[usize::from(byte - b'a')]),
        _ => None,
    });
    dialled.map(char::from).collect()
}

fn mark(c: char) -> char {
    if c.is_ascii_alphanumeric() {
        return c.to_ascii_lowercase();
    }
    if OWN_MARKS.contains(c) {
        return c;
    }
    if let Some((mark, _)) = MARKS.iter().find(|(_, kind)| kind.contains(c)) {
        return char::from(*mark);
    }
    let zeros = ZEROS.lines().filter_map(|zero| u32::from_str_radix(zero, 16).ok());
    let digit = zeros.filter_map(|zero| u32::from(c).checked_sub(zero)).find(|digit| *digit < 10);
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(if c.is_alphanumeric() { '?' } else { '!' })
}

/// From the first digit or plus to the last letter or digit; of a link, its number in its context. What was written has a
/// byte for each character, as the text of marks.
fn located(text: &str, written: &str) -> Option<String> {
    let mut number = match text.split_once(CONTEXT) {
        Some((front, parameters)) => in_context(front, parameters)?,
        None => {
            let start = text.find(|c: char| c == '+' || c.is_ascii_digit())?;
            let number = text[start..].trim_end_matches(UNWANTED_END);
            number[..second(&written[start..start + number.len()])].to_owned()
        }
    };
    if let Some(address) = number.find(";isub=").filter(|at| *at > 0) {
        number.truncate(address);
    }
    Some(number)
}

fn in_context(front: &str, parameters: &str) -> Option<String> {
    let context = parameters.split(';').next()?;
    let number = front.split_once("tel:").map_or(front, |(_, number)| number);
    if let Some(digits) = context.strip_prefix('+') {
        let is_made_of_digits = digits.bytes().all(|byte| byte.is_ascii_digit() || b"-.(".contains(&byte));
        let is_global = is_made_of_digits && digits.bytes().any(|byte| byte.is_ascii_digit());
        return if is_global { Some(format!("{context}{number}")) } else { None };
    }
    if is_domain_name(context) { Some(number.to_owned()) } else { None }
}

fn is_domain_name(text: &str) -> bool {
    let mut last = "";
    for label in text.strip_suffix('.').unwrap_or(text).split('.') {
        let is_whole = !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
        if !is_whole || !label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
            return false;
        }
        last = label;
    }
    last.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Where a second number begins, `… x302/x2303`, or the text ends. It is called so with a small letter only.
fn second(written: &str) -> usize {
    let mut marks = written.match_indices(['/', '\\']).map(|(at, _)| at);
    let second = marks.find(|at| written[at + 1..].trim_start_matches(' ').starts_with('x'));
    second.unwrap_or(written.len())
}

/// Whether it is made like a number: two digits, or three and more with marks among them and letters behind.
fn is_viable(number: &str) -> bool {
    is_plain(number) || extension::start(number).is_some_and(|start| is_plain(&number[..start]))
}

fn is_plain(number: &str) -> bool {
    let mut count = 0;
    for byte in number.trim_start_matches('+').bytes() {
        match byte {
            b'0'..=b'9' => count += 1,
            b'-' | b'x' | b' ' | b'(' | b'.' | b'/' | b'~' | b'*' => {}
            b'a'..=b'z' if count >= 3 => {}
            _ => return false,
        }
    }
    count >= 3 || (count == 2 && number.len() == 2)
}
