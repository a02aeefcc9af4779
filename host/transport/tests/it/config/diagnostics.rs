//! What people see when their configuration is wrong. Each case is a folder under `tests/cases`.

use gantry_config::{Diagnostics, Style};

use super::load_flows;

const WIDTH: usize = 110;

fn case(name: &str) -> String {
    format!("tests/cases/{name}")
}

fn mistakes(name: &str) -> Diagnostics {
    load_flows(&[case(name)]).expect_err("the case has mistakes")
}

fn drawn(name: &str) -> String {
    mistakes(name).render(Style::Plain, WIDTH)
}

#[test]
fn malformed_toml_shows_every_place_that_is_not_toml() {
    insta::assert_snapshot!(drawn("malformed"));
}

#[test]
fn an_unknown_key_suggests_the_nearest_known_one() {
    insta::assert_snapshot!(drawn("unknown_keys"));
}

#[test]
fn mistakes_of_shape_and_of_meaning_in_two_files_are_reported_at_once() {
    insta::assert_snapshot!(drawn("several_at_once"));
}

#[test]
fn missing_plugins_and_tables_are_named_with_where_they_were_looked_for() {
    insta::assert_snapshot!(drawn("missing_files"));
}

#[test]
fn a_schema_that_can_not_be_used_is_told_where_the_flow_names_it_and_where_it_is_wrong() {
    insta::assert_snapshot!(drawn("schemas"));
}

#[test]
fn every_kind_of_invalid_value_says_what_would_be_valid() {
    insta::assert_snapshot!(drawn("invalid_values"));
}

#[test]
fn rules_that_can_not_be_meant_are_refused_where_they_stand() {
    insta::assert_snapshot!(drawn("rules"));
}

#[test]
fn a_grant_of_a_folder_or_a_variable_that_can_not_be_is_refused_where_it_stands() {
    insta::assert_snapshot!(drawn("grants"));
}

#[test]
fn an_unknown_choice_lists_the_possible_ones() {
    insta::assert_snapshot!(drawn("choices"));
}

#[test]
fn flows_that_get_in_each_others_way_are_conflicts() {
    insta::assert_snapshot!(drawn("conflicts"));
}

#[test]
fn targets_that_come_after_none_or_after_one_another_are_refused() {
    insta::assert_snapshot!(drawn("delivery_order"));
}

#[test]
fn retries_and_breakers_that_could_not_work_are_refused() {
    insta::assert_snapshot!(drawn("patience"));
}

#[test]
fn a_literal_secret_is_refused_and_never_shown_again() {
    let mistakes = mistakes("secrets");
    let shown = mistakes.render(Style::Plain, WIDTH);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(!format!("{mistakes}").contains("hunter2"));
    insta::assert_snapshot!(shown);
}

#[test]
fn an_empty_file_says_what_a_flow_needs() {
    insta::assert_snapshot!(drawn("empty"));
}

#[test]
fn a_flow_without_purpose_or_protection_is_accepted_with_warnings() {
    let (flows, warnings) = load_flows(&[case("purpose")]).unwrap();
    assert_eq!((flows.len(), warnings.warnings()), (1, 3));
    insta::assert_snapshot!(warnings.render(Style::Plain, WIDTH));
}

#[test]
fn duplicates_recognised_by_a_header_that_is_not_signed_are_warned_of() {
    let (flows, warnings) = load_flows(&[case("unsigned")]).unwrap();
    assert_eq!((flows.len(), warnings.warnings()), (4, 3));
    insta::assert_snapshot!(warnings.render(Style::Plain, WIDTH));
}

#[test]
fn diagnostics_are_data_too() {
    insta::assert_json_snapshot!(mistakes("missing_files"));
}

#[test]
fn a_complete_flow_has_neither_mistakes_nor_warnings() {
    let (flows, warnings) = load_flows(&[case("complete")]).unwrap();
    assert_eq!(warnings.render(Style::Plain, WIDTH), "");
    assert_eq!(flows.iter().map(|flow| flow.name.as_str()).collect::<Vec<_>>(), ["customers", "shop-orders-to-erp"]);
}

#[test]
fn what_can_not_be_read_at_all_is_reported_beside_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    std::fs::create_dir(path("empty")).unwrap();
    std::fs::write(path("latin1.toml"), b"[flow]\nname = \"K\xf6ln\"\n").unwrap();
    let mistakes = load_flows(&[path("absent.toml"), path("empty"), path("latin1.toml")]).unwrap_err();
    let shown: Vec<_> = mistakes.iter().map(|m| (m.code.name(), m.line, m.message.as_str())).collect();
    let expected = [
        ("unreadable", None, "the file can't be read: No such file or directory (os error 2)"),
        ("unreadable", None, "the directory holds no flow"),
        ("unreadable", Some(2), "the file is not UTF-8"),
    ];
    let mut shown = shown;
    shown.sort();
    let mut expected = expected;
    expected.sort();
    assert_eq!(shown, expected);
}

#[test]
fn a_directory_is_read_without_its_host_file_and_a_file_named_twice_once() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::copy(case("purpose") + "/flow.toml", directory.path().join("flow.toml")).unwrap();
    std::fs::write(directory.path().join("gantry.toml"), "[plugins]\nthreads = 1\n").unwrap();
    let paths = [directory.path().to_owned(), directory.path().join("flow.toml")];
    assert_eq!(load_flows(&paths).unwrap().0.len(), 1);
}

#[test]
fn a_source_that_can_not_take_its_bodies_as_it_says_is_refused() {
    insta::assert_snapshot!(drawn("content_conflicts"));
}
