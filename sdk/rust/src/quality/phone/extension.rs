//! Finds where the extension of a phone number begins.

/// A longer label before those that it ends with.
const LABELS: &[&str] = &[
    "extension",
    "xtension",
    "extensio",
    "xtensio",
    "extensiAn",
    "xtensiAn",
    "extensiA",
    "xtensiA",
    "extn",
    "xtn",
    "ext",
    "xt",
    "EXTN",
    "XTN",
    "EXT",
    "XT",
    "anexo",
    "DOB",
];
const SHORT_LABELS: &[&str] = &["int", "INT", "x", "X", "#", "~"];

/// Where the extension begins, with the blanks before it; none where there is none. The surer its mark, the longer it may
/// be.
pub(super) fn start(number: &str) -> Option<usize> {
    let bare = number.strip_suffix('#').unwrap_or(number);
    let has_hash = bare.len() < number.len();
    let front = bare.trim_end_matches(|c: char| c.is_ascii_digit());
    let count = bare.len() - front.len();
    let label_end = front.trim_end_matches([' ', '\t', ',', '-']);
    let label = label_end.strip_suffix([':', '.']).unwrap_or(label_end);
    let pause = |commas: &str| front[label_end.len()..].find(commas).map(|at| &front[..label_end.len() + at]);
    let candidates = [
        (20, front.strip_suffix(";ext=").filter(|_| !has_hash)),
        (20, without_label(label, LABELS)),
        (9, without_label(label, SHORT_LABELS)),
        (6, Some(front.trim_end_matches(['-', ' '])).filter(|before| has_hash && before.len() < front.len())),
        (15, label.strip_suffix(';').map(without_blanks)),
        (15, pause(",,").map(without_blanks)),
        (9, pause(",").map(without_blanks)),
    ];
    if count == 0 {
        return None;
    }
    candidates.iter().filter(|(most, _)| count <= *most).filter_map(|(_, before)| before.map(str::len)).min()
}

fn without_label<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    let before = labels.iter().find_map(|label| text.strip_suffix(label))?;
    Some(before.trim_end_matches([' ', '\t', ',']))
}

fn without_blanks(text: &str) -> &str {
    text.trim_end_matches([' ', '\t'])
}
