//! The text of an answer: unpacked as its `content-encoding` says, decoded as its charset says, or named if it is none.
//!
//! What is unpacked is bounded by what is kept of an answer, so that a small answer can't become a large one. An answer
//! that is cut off is decoded as far as it goes.

use std::io::Read;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

use super::body::Answer;
use crate::charset;

/// The text of what is kept of an answer.
pub(super) struct Text {
    pub(super) text: String,
    /// Whether it is all of the answer.
    pub(super) is_whole: bool,
}

pub(super) fn of(headers: &HeaderMap, answer: &Answer) -> Text {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match unpack(&encodings(headers, &answer.kept), answer) {
        Ok(Bytes { bytes, is_whole }) => Text { text: decode(&bytes, media_type, is_whole), is_whole },
        Err(Unknown(encoding)) => {
            Text { text: format!("({} bytes, packed as `{encoding}`)", answer.kept.len()), is_whole: false }
        }
    }
}

struct Bytes {
    bytes: Vec<u8>,
    is_whole: bool,
}

/// An encoding that is not known here.
struct Unknown(String);

/// How an answer is packed; the encoding that was applied last comes last.
fn encodings(headers: &HeaderMap, kept: &[u8]) -> Vec<String> {
    let stated = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut encodings: Vec<_> =
        stated.flat_map(|value| value.split(',')).map(|one| one.trim().to_lowercase()).collect();
    encodings.retain(|encoding| !matches!(encoding.as_str(), "" | "identity"));
    if encodings.is_empty() && kept.starts_with(&[0x1f, 0x8b, 8]) {
        encodings.push("gzip".to_owned());
    }
    encodings
}

fn unpack(encodings: &[String], answer: &Answer) -> Result<Bytes, Unknown> {
    let most = answer.most_unpacked;
    let mut unpacked = Bytes { bytes: answer.kept.clone(), is_whole: answer.is_whole };
    for encoding in encodings.iter().rev() {
        let packed = unpacked.bytes.as_slice();
        let inner = match encoding.as_str() {
            "gzip" | "x-gzip" => taken(MultiGzDecoder::new(packed), most),
            // Some servers leave out the frame that the name stands for.
            "deflate" => taken(ZlibDecoder::new(packed), most).or_else(|| taken(DeflateDecoder::new(packed), most)),
            "br" => taken(brotli_decompressor::Decompressor::new(packed, 4096), most),
            other => return Err(Unknown(other.to_owned())),
        };
        // What can't be unpacked at all was never packed: some servers only say so.
        if let Some(inner) = inner {
            unpacked = Bytes { is_whole: inner.is_whole && unpacked.is_whole, ..inner };
        }
    }
    Ok(unpacked)
}

/// As much as there is, up to a bound; none if there is nothing.
fn taken(packed: impl Read, most: usize) -> Option<Bytes> {
    let mut bytes = Vec::new();
    let result = packed.take(most as u64).read_to_end(&mut bytes);
    if result.is_err() && bytes.is_empty() {
        return None;
    }
    let is_whole = result.is_ok() && bytes.len() < most;
    Some(Bytes { bytes, is_whole })
}

fn decode(bytes: &[u8], media_type: &str, is_whole: bool) -> String {
    let encoding = Encoding::for_bom(bytes)
        .map(|(encoding, _)| encoding)
        .or_else(|| Encoding::for_label(stated_charset(media_type)?.as_bytes()))
        .or_else(|| declared_in_xml(bytes));
    if let Some(encoding) = encoding {
        return without_torn_end(encoding.decode(bytes).0.into_owned(), is_whole);
    }
    if is_binary(bytes) {
        let media_type = if media_type.is_empty() { "no stated type" } else { media_type };
        return format!("({} bytes that are not text, {media_type})", bytes.len());
    }
    let is_utf_8 = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // Only the end is torn.
        Err(error) => !is_whole && error.error_len().is_none(),
    };
    // What is neither stated nor UTF-8 is most often this superset of Latin-1.
    let encoding = if is_utf_8 { UTF_8 } else { WINDOWS_1252 };
    without_torn_end(encoding.decode(bytes).0.into_owned(), is_whole)
}

/// `<?xml version="1.0" encoding="ISO-8859-1"?>`
fn declared_in_xml(bytes: &[u8]) -> Option<&'static Encoding> {
    const LONGEST: usize = 200;
    let head = bytes.get(..bytes.len().min(LONGEST))?;
    let end = head.windows(2).position(|two| two == b"?>")?;
    let declaration = std::str::from_utf8(&head[..end]).ok()?.trim_start().strip_prefix("<?xml")?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

/// The charset that a media type states. Some servers put it in the wrong quotes.
fn stated_charset(media_type: &str) -> Option<String> {
    Some(charset::parameter(media_type)?.trim_matches(['"', '\'']).to_owned())
}

/// Texts have no NUL, and few other control characters.
fn is_binary(bytes: &[u8]) -> bool {
    let controls = bytes.iter().filter(|byte| is_rare_control(**byte)).count();
    bytes.contains(&0) || controls * 5 > bytes.len()
}

/// Control characters other than those of white space and of colours.
const fn is_rare_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
}

fn without_torn_end(mut text: String, is_whole: bool) -> String {
    if !is_whole && text.ends_with('\u{fffd}') {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::body::Ending;
    use super::*;
    use std::io::Write as _;

    const UNPACKED: usize = 32 << 10;

    fn answer(kept: &[u8], is_whole: bool) -> Answer {
        Answer { kept: kept.to_vec(), is_whole, most_unpacked: UNPACKED, ending: Ending::Complete }
    }

    fn text(headers: &[(&'static str, &'static str)], kept: &[u8]) -> String {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        of(&headers, &answer(kept, true)).text
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    const UMLAUTS: &str = "Käse fehlt: größer als 5 €";

    #[test]
    fn an_answer_is_unpacked_as_its_headers_say() {
        let reason = UMLAUTS.as_bytes();
        assert_eq!(text(&[("content-encoding", "gzip")], &gzip(reason)), UMLAUTS);
        assert_eq!(text(&[("content-encoding", "X-GZIP")], &gzip(reason)), UMLAUTS);
        assert_eq!(text(&[], &gzip(reason)), UMLAUTS, "not stated at all");
        assert_eq!(text(&[("content-encoding", "deflate")], &zlib(reason)), UMLAUTS);
        assert_eq!(text(&[("content-encoding", "deflate")], &zlib(reason)[2..]), UMLAUTS, "without its frame");
        assert_eq!(text(&[("content-encoding", "deflate, gzip")], &gzip(&zlib(reason))), UMLAUTS);
        // `hello`, in one block that is not compressed.
        let brotli = [0x0b, 0x02, 0x80, b'h', b'e', b'l', b'l', b'o', 0x03];
        assert_eq!(text(&[("content-encoding", "br")], &brotli), "hello");
        assert_eq!(text(&[("content-encoding", "identity")], reason), UMLAUTS);
        assert_eq!(text(&[("content-encoding", "gzip")], reason), UMLAUTS, "it only says so");
        assert_eq!(text(&[("content-encoding", "zstd")], &[0x28, 0xb5]), "(2 bytes, packed as `zstd`)");
    }

    #[test]
    fn an_answer_that_is_cut_off_is_unpacked_as_far_as_it_goes() {
        let long: String = (0..20_000).map(|number| format!("{number} ")).collect();
        let packed = gzip(long.as_bytes());
        let half = answer(&packed[..packed.len() / 2], false);
        let headers = [(CONTENT_ENCODING, "gzip".parse().unwrap())].into_iter().collect();
        let text = of(&headers, &half);
        assert!(text.text.starts_with("0 1 2 3 ") && !text.is_whole);
    }

    #[test]
    fn a_small_answer_never_becomes_a_large_one() {
        let bomb = gzip(&vec![b'x'; 10 << 20]);
        let text = of(&[(CONTENT_ENCODING, "gzip".parse().unwrap())].into_iter().collect(), &answer(&bomb, true));
        assert_eq!((text.text.len(), text.is_whole), (UNPACKED, false));
    }

    #[test]
    fn an_answer_is_decoded_as_its_charset_says() {
        let latin_1 = b"K\xe4se";
        assert_eq!(text(&[("content-type", "text/plain; charset=ISO-8859-1")], latin_1), "Käse");
        assert_eq!(text(&[("content-type", "text/html;Charset=\"windows-1252\"")], b"5 \x80"), "5 €");
        assert_eq!(text(&[("content-type", "text/plain; charset=utf-16le")], b"K\0\xe4\0"), "Kä");
        assert_eq!(text(&[("content-type", "text/plain; charset=shift_jis")], b"\x93\xfa\x96\x7b"), "日本");
        assert_eq!(text(&[], b"\xff\xfeK\0\xe4\0"), "Kä", "by its mark");
        assert_eq!(text(&[], b"\xef\xbb\xbfK\xc3\xa4se"), "Käse");
        assert_eq!(text(&[], latin_1), "Käse", "not stated, and not UTF-8");
        assert_eq!(text(&[("content-type", "text/plain; charset=klingon")], "Käse".as_bytes()), "Käse");
        let xml = b"<?xml version='1.0' encoding='ISO-8859-1'?><f>K\xe4se</f>";
        assert!(text(&[("content-type", "text/xml")], xml).ends_with("<f>Käse</f>"));
    }

    #[test]
    fn what_is_not_text_is_named() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(text(&[("content-type", "image/png")], png), "(16 bytes that are not text, image/png)");
        assert_eq!(text(&[], b"\0\x01"), "(2 bytes that are not text, no stated type)");
    }
}
