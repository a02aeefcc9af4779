//! Files and variables of the environment: only those that the step grants, and only to be read.

pub(crate) mod file_reader {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use gantry_core::Outcome;
    use gantry_sandbox::{FolderGrant, Grants, PrepareProblem, PreparedStep, StepConfig};
    use serde_json::json;

    use crate::harness::{config, one, prepare, step, text};

    /// What the guest finds, or that it may not.
    fn ask(step: &PreparedStep, what: &str, path: &str) -> Option<String> {
        let outcome = one(step, &json!({ (what): path }).to_string());
        match &outcome {
            Ok(Outcome::Reject(fault)) if fault.code == "refused" => None,
            _ => Some(text(&outcome)),
        }
    }

    fn granted(folder: &Path) -> PreparedStep {
        let files = vec![FolderGrant { path: folder.to_owned(), at: "/data".to_owned() }];
        let grants = Grants { files, ..Grants::default() };
        prepare(gantry_guests::FILE_READER, StepConfig { grants, ..config() }).unwrap()
    }

    /// A folder `granted` with files, links that lead out of it and a pipe; beside it, a file that is not granted.
    fn folder() -> tempfile::TempDir {
        let all = tempfile::tempdir().unwrap();
        let folder = all.path().join("granted");
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::create_dir(all.path().join("other")).unwrap();
        fs::write(folder.join("words.txt"), "one two").unwrap();
        fs::write(folder.join("sub/more.txt"), "three").unwrap();
        fs::write(all.path().join("secret"), "secret").unwrap();
        fs::write(all.path().join("other/secret"), "secret").unwrap();
        symlink("../secret", folder.join("out")).unwrap();
        symlink(all.path().join("secret"), folder.join("out-absolute")).unwrap();
        symlink("../other", folder.join("out-folder")).unwrap();
        symlink("words.txt", folder.join("in")).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, folder.join("pipe"), rustix::fs::FileType::Fifo, mode, 0).unwrap();
        all
    }

    #[test]
    fn without_a_grant_no_path_leads_to_a_file_and_no_variable_has_a_value() {
        let step = step(gantry_guests::FILE_READER);
        for what in ["read", "list", "write", "remove", "rename", "link"] {
            for path in ["/etc/passwd", "/", ".", "..", "../../etc/passwd", "/proc/self/environ", "/data/x", ""] {
                assert_eq!(ask(&step, what, path), None, "{what} {path}");
            }
        }
        for name in ["PATH", "HOME", "GANTRY_TOOLS"] {
            assert_eq!(ask(&step, "env", name), None, "{name}");
        }
    }

    #[test]
    fn a_granted_folder_is_read_where_the_step_puts_it_as_it_is_now() {
        let all = folder();
        let step = granted(&all.path().join("granted"));
        assert_eq!(ask(&step, "read", "/data/words.txt").as_deref(), Some("one two"));
        assert_eq!(ask(&step, "read", "/data/sub/../sub/more.txt").as_deref(), Some("three"));
        assert_eq!(ask(&step, "read", "/data/in").as_deref(), Some("one two"));
        assert_eq!(ask(&step, "list", "/data/sub").as_deref(), Some("more.txt"));
        fs::write(all.path().join("granted/words.txt"), "other words").unwrap();
        assert_eq!(ask(&step, "read", "/data/words.txt").as_deref(), Some("other words"));
    }

    #[test]
    fn a_file_of_many_megabytes_is_read_to_its_end() {
        let all = folder();
        fs::write(all.path().join("granted/model"), "x".repeat(5_000_000)).unwrap();
        let read = ask(&granted(&all.path().join("granted")), "read", "/data/model").unwrap();
        assert_eq!(read.len(), 5_000_000);
    }

    #[test]
    fn no_path_leads_out_of_a_granted_folder() {
        let all = folder();
        let step = granted(&all.path().join("granted"));
        let absolute = all.path().join("secret").display().to_string();
        for path in [
            "/data/../secret",
            "/data/sub/../../secret",
            "/data/out",
            "/data/out-absolute",
            "/data/out-folder/secret",
            "/data/./../other/secret",
            "../secret",
            &absolute,
            "/etc/passwd",
            "/proc/self/root/etc/passwd",
        ] {
            for what in ["read", "list", "write"] {
                assert_eq!(ask(&step, what, path), None, "{what} {path}");
            }
        }
        for folder in ["/data/..", "/data/out-folder", "/data/sub/../.."] {
            assert_eq!(ask(&step, "list", folder), None, "{folder}");
        }
    }

    #[test]
    fn a_granted_folder_is_never_changed() {
        let all = folder();
        let step = granted(&all.path().join("granted"));
        for what in ["write", "remove", "rename", "link"] {
            for path in ["/data/words.txt", "/data/new.txt", "/data/sub/more.txt", "/data/in"] {
                assert_eq!(ask(&step, what, path), None, "{what} {path}");
            }
        }
        assert_eq!(fs::read_to_string(all.path().join("granted/words.txt")).unwrap(), "one two");
        assert_eq!(fs::read_dir(all.path().join("granted")).unwrap().count(), 7);
    }

    #[test]
    fn a_pipe_in_a_granted_folder_parks_nobody() {
        let all = folder();
        let step = granted(&all.path().join("granted"));
        assert_eq!(ask(&step, "read", "/data/pipe"), None);
    }

    #[test]
    fn a_variable_of_the_environment_is_there_if_it_is_granted() {
        let env = [("REGION".to_owned(), "eu".to_owned())].into();
        let grants = Grants { env, ..Grants::default() };
        let step = prepare(gantry_guests::FILE_READER, StepConfig { grants, ..config() }).unwrap();
        assert_eq!(ask(&step, "env", "REGION").as_deref(), Some("eu"));
        assert_eq!(ask(&step, "env", "PATH"), None);
    }

    #[test]
    fn a_folder_that_can_not_be_read_is_found_before_any_message() {
        let all = folder();
        for (missing, problem) in [("nowhere", "No such file"), ("secret", "not a directory")] {
            let files = vec![FolderGrant { path: all.path().join(missing), at: "/data".to_owned() }];
            let grants = Grants { files, ..Grants::default() };
            let error = prepare(gantry_guests::FILE_READER, StepConfig { grants, ..config() }).unwrap_err();
            assert!(matches!(error.problem, PrepareProblem::Folder(_)), "{error}");
            assert!(error.to_string().contains(missing) && error.to_string().contains(problem), "{error}");
        }
    }
}
