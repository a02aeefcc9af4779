//! What a Markdown page holds: links, anchors, code spans and fenced blocks.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// What tests want to know of a page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Where its links lead, as written; images included.
    pub links: Vec<String>,
    /// The anchors of its headings, as GitHub and mdBook derive them.
    pub anchors: Vec<String>,
    /// Its code spans.
    pub spans: Vec<String>,
    /// Its fenced blocks.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The heading it stands under.
    pub heading: String,
    /// What the fence names: `sh`, `toml`, …
    pub language: String,
    /// What it holds.
    pub text: String,
}

/// Reads a page.
#[must_use]
pub fn read(text: &str) -> Page {
    let mut page = Page::default();
    let (mut heading, mut in_heading): (String, bool) = Default::default();
    let mut block: Option<Block> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string())
            }
            Event::Start(Tag::Heading { .. }) => (heading, in_heading) = (String::new(), true),
            Event::End(TagEnd::Heading(_)) => {
                in_heading = false;
                let anchor = anchor(&heading, &page.anchors);
                page.anchors.push(anchor);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                block = Some(Block { heading: heading.clone(), language: language.into_string(), text: String::new() });
            }
            Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
            Event::Code(code) => {
                heading.push_str(if in_heading { &code } else { "" });
                page.spans.push(code.into_string());
            }
            Event::Text(text) => {
                heading.push_str(if in_heading { &text } else { "" });
                if let Some(block) = &mut block {
                    block.text.push_str(&text);
                }
            }
            _ => {}
        }
    }
    page
}

/// Lower case, hyphens for spaces, nothing but letters, digits, `-` and `_`; a number behind one that is taken.
fn anchor(heading: &str, taken: &[String]) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    let plain = kept.trim().replace(' ', "-");
    match taken.iter().filter(|other| **other == plain || other.starts_with(&format!("{plain}-"))).count() {
        0 => plain,
        before => format!("{plain}-{before}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_code_are_no_links_and_headings_become_anchors() {
        let page = read("# A `b` c, d\n\n[x](y.md#z) `[no](link.md)`\n\n```sh\n[no](link.md)\n```\n");
        assert_eq!(page.links, ["y.md#z"]);
        assert_eq!(page.anchors, ["a-b-c-d"]);
        let text = "[no](link.md)\n".to_owned();
        assert_eq!(page.blocks, [Block { heading: "A b c, d".into(), language: "sh".into(), text }]);
    }
}
