//! `Content-Encoding`: packed bodies are unpacked within the flow's `max_bytes`, or refused by the name of their coding.
//! The signature was verified before, over the bytes as they were sent.

use std::io::{self, Read};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::header::{CONTENT_ENCODING, HeaderMap, HeaderName, TRANSFER_ENCODING};
use ruzstd::decoding::StreamingDecoder;

use super::content_error::ContentError;

/// The codings that are unpacked, as the header `Accept-Encoding` of a refusal lists them.
pub(super) const ACCEPTED: &str = "gzip, deflate, br, zstd";

/// Most codings of one body, one inside the other.
const MOST_CODINGS: usize = 2;

/// Buffer of a decoder.
const BUFFER: usize = 16 << 10;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn of(name: &str) -> Option<Self> {
        match name {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    fn unpack(self, packed: &[u8], limit: usize) -> Result<Vec<u8>, ContentError> {
        let unpacked = match self {
            Self::Gzip => read(MultiGzDecoder::new(packed), limit),
            Self::Deflate => deflate(packed, limit),
            Self::Brotli => brotli(packed, limit),
            Self::Zstd => zstd(packed, limit),
        };
        match unpacked {
            Ok(bytes) if bytes.len() > limit => Err(ContentError::TooLargeUnpacked { limit }),
            Ok(bytes) => Ok(bytes),
            Err(_) => Err(ContentError::InvalidEncoding(self.name())),
        }
    }
}

/// The codings of a request, in the order they were applied. A body that is packed for its transfer only, which hardly
/// anybody does, is refused.
pub(super) fn of(headers: &HeaderMap) -> Result<Vec<Coding>, ContentError> {
    let unsupported = |name: &str| ContentError::UnsupportedEncoding(gantry_core::escape(name, 40));
    if let Some(name) = names(headers, &TRANSFER_ENCODING).into_iter().find(|name| name != "chunked") {
        return Err(unsupported(&format!("transfer-encoding: {name}")));
    }
    let mut codings = Vec::new();
    for name in names(headers, &CONTENT_ENCODING) {
        let coding = Coding::of(&name).filter(|_| codings.len() < MOST_CODINGS);
        codings.push(coding.ok_or_else(|| unsupported(&name))?);
    }
    Ok(codings)
}

/// The codings that a header lists, in lower case.
fn names(headers: &HeaderMap, header: &HeaderName) -> Vec<String> {
    let values = headers.get_all(header).iter();
    let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase());
    let names = values.flat_map(|value| value.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
    names.filter(|name| !matches!(name.as_str(), "" | "identity")).collect()
}

/// Unpacks a body; an empty one is empty in every coding. It runs on a thread for computations.
pub(super) async fn unpack(body: Bytes, codings: Vec<Coding>, limit: usize) -> Result<Bytes, ContentError> {
    let Some(last) = codings.last().copied().filter(|_| !body.is_empty()) else { return Ok(body) };
    let unpacking = tokio::task::spawn_blocking(move || unpack_all(body, &codings, limit));
    // A decoder that panics was given something that it can't read.
    unpacking.await.unwrap_or(Err(ContentError::InvalidEncoding(last.name())))
}

fn unpack_all(body: Bytes, codings: &[Coding], limit: usize) -> Result<Bytes, ContentError> {
    let mut codings = codings.iter().rev();
    codings.try_fold(body, |packed, coding| coding.unpack(&packed, limit).map(Bytes::from))
}

/// Everything a decoder gives, but not much more than the limit.
fn read(decoder: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `deflate` means the format of zlib; some senders leave its frame out.
fn deflate(packed: &[u8], limit: usize) -> io::Result<Vec<u8>> {
    let is_framed = matches!(packed, [method, flags, ..]
        if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0);
    let mut rest = packed;
    let unpacked = match is_framed {
        true => read(ZlibDecoder::new(&mut rest), limit)?,
        false => read(DeflateDecoder::new(&mut rest), limit)?,
    };
    if rest.is_empty() || unpacked.len() > limit { Ok(unpacked) } else { Err(trailing()) }
}

fn brotli(packed: &[u8], limit: usize) -> io::Result<Vec<u8>> {
    let mut state = BrotliState::new(StandardAlloc::default(), StandardAlloc::default(), StandardAlloc::default());
    let mut unpacked = Vec::new();
    let mut chunk = vec![0; BUFFER];
    let mut left = packed.len();
    let mut at = 0;
    let mut total = 0;
    loop {
        let mut room = chunk.len();
        let mut filled = 0;
        let result = BrotliDecompressStream(
            &mut left,
            &mut at,
            packed,
            &mut room,
            &mut filled,
            &mut chunk,
            &mut total,
            &mut state,
        );
        unpacked.extend_from_slice(&chunk[..filled]);
        match result {
            _ if unpacked.len() > limit => return Ok(unpacked),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::ResultSuccess if left == 0 => return Ok(unpacked),
            BrotliResult::ResultSuccess => return Err(trailing()),
            BrotliResult::NeedsMoreInput | BrotliResult::ResultFailure => {
                return Err(io::Error::other("it is cut, or no brotli"));
            }
        }
    }
}

/// One frame after the other.
fn zstd(packed: &[u8], limit: usize) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    let mut rest = packed;
    while !rest.is_empty() && unpacked.len() <= limit {
        let frame = StreamingDecoder::new(&mut rest).map_err(|error| io::Error::other(error.to_string()))?;
        unpacked.extend(read(frame, limit - unpacked.len())?);
    }
    Ok(unpacked)
}

fn trailing() -> io::Error {
    io::Error::other("there are bytes behind the end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use http::HeaderValue;

    const TEXT: &[u8] = b"{\"id\": 1, \"name\": \"unpacked\"}";

    fn all(reader: impl Read) -> Vec<u8> {
        read(reader, usize::MAX - 1).unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        all(GzEncoder::new(bytes, Compression::best()))
    }

    /// A brotli stream that holds the bytes as they are.
    fn brotli(bytes: &[u8]) -> Vec<u8> {
        let length = (bytes.len() - 1) as u32;
        // Window bits 16 (`0`), not the last block (`0`), four nibbles of length (`00`), the length, uncompressed (`1`).
        let head = length << 4 | 1 << 20;
        [&head.to_le_bytes()[..3], bytes, &[0x03]].concat()
    }

    /// A zstd frame with one block: the bytes as they are, or one byte so many times.
    fn zstd_frame(kind: u32, size: u32, bytes: &[u8]) -> Vec<u8> {
        let block = 1 | kind << 1 | size << 3;
        [&[0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x58][..], &size.to_le_bytes(), &block.to_le_bytes()[..3], bytes].concat()
    }

    fn unpacked(coding: Coding, packed: &[u8]) -> Result<Vec<u8>, ContentError> {
        coding.unpack(packed, 1 << 20)
    }

    #[test]
    fn every_coding_is_unpacked() {
        let raw = zstd_frame(0, TEXT.len() as u32, TEXT);
        for (coding, packed) in [
            (Coding::Gzip, gzip(TEXT)),
            (Coding::Gzip, [gzip(&TEXT[..9]), gzip(&TEXT[9..])].concat()),
            (Coding::Deflate, all(ZlibEncoder::new(TEXT, Compression::best()))),
            (Coding::Deflate, all(DeflateEncoder::new(TEXT, Compression::best()))),
            (Coding::Brotli, brotli(TEXT)),
            (Coding::Zstd, raw.clone()),
        ] {
            assert_eq!(unpacked(coding, &packed).unwrap(), TEXT, "{coding:?}");
            assert!(unpacked(coding, &packed[..packed.len() - 1]).is_err(), "cut {coding:?}");
            assert!(unpacked(coding, &[&packed[..], b"more"].concat()).is_err(), "with more {coding:?}");
            assert!(unpacked(coding, TEXT).is_err(), "not packed {coding:?}");
        }
        assert_eq!(unpacked(Coding::Zstd, &raw.repeat(2)).unwrap(), TEXT.repeat(2));
    }

    #[test]
    fn a_bomb_is_unpacked_no_further_than_the_limit() {
        let zeros = vec![0; 8 << 20];
        let bombs = [
            (Coding::Gzip, gzip(&zeros)),
            (Coding::Deflate, all(ZlibEncoder::new(&zeros[..], Compression::best()))),
            (Coding::Zstd, zstd_frame(1, 100 << 10, b"\0").repeat(1000)),
        ];
        for (coding, bomb) in bombs {
            let error = coding.unpack(&bomb, 64 << 10).unwrap_err();
            assert!(matches!(error, ContentError::TooLargeUnpacked { limit: 65_536 }), "{coding:?}: {error}");
        }
        let twice = unpack_all(gzip(&gzip(&zeros)).into(), &[Coding::Gzip, Coding::Gzip], 64 << 10);
        assert!(matches!(twice, Err(ContentError::TooLargeUnpacked { .. })));
    }

    #[test]
    fn codings_are_known_by_their_names_and_others_are_refused() {
        let of_value = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(value));
            of(&headers).map_err(|error| error.to_string())
        };
        assert_eq!(of_value("deflate, X-GZIP").unwrap(), [Coding::Deflate, Coding::Gzip]);
        assert_eq!(of_value("identity").unwrap(), []);
        assert!(of_value("compress").unwrap_err().contains("`compress`"));
        assert!(of_value("gzip, gzip, gzip").is_err());
        let mut transfer = HeaderMap::new();
        transfer.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        assert_eq!(of(&transfer).unwrap(), []);
        transfer.insert(TRANSFER_ENCODING, HeaderValue::from_static("gzip, chunked"));
        assert!(of(&transfer).is_err());
    }
}
