//! `POST /v1/dead-letter-imports`: takes in what `gantry dlq export` wrote, here or at another host.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use gantry_core::DeadLetter;
use gantry_runtime::HostHandle;
use gantry_store::Imported;

use crate::asked;
use crate::problem::{self, Problem};

/// A line of an export that is no dead letter.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads the dead letter of one line; none where the line is empty.
pub fn letter(line: usize, text: &[u8]) -> Result<Option<DeadLetter>, BadLine> {
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    let bad = |problem: String| BadLine { line, problem };
    // What JSON says of its place is about this line alone.
    let letter: DeadLetter = serde_json::from_slice(text).map_err(|error| bad(error.to_string()))?;
    if letter.id.message != letter.received.id {
        let problem = format!("the letter is {}, but its message {}", letter.id, letter.received.id);
        return Err(bad(problem));
    }
    Ok(Some(letter))
}

/// Takes exported letters in, all of the request or none; those whose ids are here already stay as they are.
#[utoipa::path(post, path = "/v1/dead-letter-imports", tag = "dead letters", operation_id = "import_dead_letters",
    request_body(content = String, content_type = "application/x-ndjson", description = "one letter a line, as exported"),
    responses((status = 200, description = "what came of it", body = Imported), problem::BadRequest, problem::TooLarge))]
pub(crate) async fn import(
    State(host): State<HostHandle>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Imported>, Problem> {
    let body = body.map_err(|error| asked::refused_body(error.status(), error.body_text()))?;
    let lines = (1..).zip(body.split(|byte| *byte == b'\n'));
    let letters = lines.filter_map(|(line, text)| letter(line, text).transpose()).collect::<Result<Vec<_>, _>>();
    let letters = letters.map_err(|error| Problem::bad_request(format!("{error}; nothing was taken in")))?;
    Ok(Json(host.store().import_dead_letters(letters).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_told_with_its_number() {
        assert!(letter(1, b"  ").is_ok_and(|found| found.is_none()));
        let told = letter(17, b"{\"id\": 4}").map(|_| ()).map_err(|error| error.to_string());
        assert!(told.is_err_and(|text| text.starts_with("line 17: ")));
    }
}
