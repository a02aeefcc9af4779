//! The README's promises to newcomers.

use gantry_house::markdown::{self, Block};
use gantry_house::{file, root};

fn quick_start() -> Vec<Block> {
    let blocks = markdown::read(&file("README.md").text).blocks;
    blocks.into_iter().filter(|block| block.heading == "Quick start").collect()
}

#[test]
fn the_quick_start_has_two_commands_the_story_and_the_tests() {
    let commands: Vec<_> = quick_start().into_iter().map(|block| block.text).collect();
    assert_eq!(commands, ["sh examples/1-quick-win/run.sh\n", "sh tests/run.sh\n"]);
}

#[test]
fn commands_in_the_readme_exist() {
    let blocks = markdown::read(&file("README.md").text).blocks;
    let lines: Vec<_> =
        blocks.iter().filter(|block| block.language == "sh").flat_map(|block| block.text.lines()).collect();
    assert!(!lines.is_empty());
    for line in lines.iter().filter(|line| line.starts_with("sh ") || line.starts_with("bash ")) {
        let script = line.split_whitespace().nth(1).unwrap_or_default();
        assert!(root().join(script).is_file(), "`{line}`: there is no {script}");
    }
}

#[test]
fn ci_runs_the_readmes_test_command() {
    let tests = quick_start().pop().map(|block| block.text).unwrap_or_default();
    assert!(file(".ci/run").text.contains(tests.trim()), "CI runs something else than `{}`", tests.trim());
}
