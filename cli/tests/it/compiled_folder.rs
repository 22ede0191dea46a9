//! The folder with the compiled client: private, and never needed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::process::{op_users, run};

/// Runs a command with this folder of caches, and asserts that it works.
async fn list(caches: &Path) {
    let mut command = op_users(&["--simulator", "list", "--count"]);
    command.env("XDG_CACHE_HOME", caches);
    let ended = run(command).await;
    assert_eq!(
        (ended.status, ended.stdout.as_str()),
        (0, "60\n"),
        "{ended:?}"
    );
}

/// Files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[tokio::test]
async fn what_a_command_compiles_is_kept_for_the_next() {
    let caches = tempfile::tempdir().expect("a folder");
    list(caches.path()).await;
    let folder = caches.path().join("op-users");
    let kept = files(&folder);
    assert_eq!(kept.len(), 1, "{kept:?}");
    let written = |path: &Path| fs::metadata(path).expect("it is there").modified().ok();
    let before = written(&kept[0]);
    list(caches.path()).await;
    assert_eq!(files(&folder), kept);
    assert_eq!(written(&kept[0]), before);
}

#[tokio::test]
async fn damaged_files_are_compiled_again() {
    let caches = tempfile::tempdir().expect("a folder");
    list(caches.path()).await;
    for file in files(caches.path()) {
        let bytes = fs::read(&file).expect("it is there");
        fs::write(&file, &bytes[..bytes.len() / 2]).expect("it can be written");
    }
    list(caches.path()).await;
}

#[tokio::test]
async fn without_a_folder_each_command_compiles() {
    let caches = tempfile::tempdir().expect("a folder");
    let file = caches.path().join("file");
    fs::write(&file, "").expect("it can be written");
    list(&file).await;
    list(Path::new("relative")).await;
    assert!(!Path::new("relative").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_others_can_write_to_is_not_used() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let caches = tempfile::tempdir().expect("a folder");
    let folder = caches.path().join("op-users");
    fs::create_dir(&folder).expect("it can be made");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o770)).expect("it is ours");
    list(caches.path()).await;
    assert_eq!(files(&folder), Vec::<PathBuf>::new());

    let linked = tempfile::tempdir().expect("a folder");
    let private = linked.path().join("private");
    fs::create_dir(&private).expect("it can be made");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o700)).expect("it is ours");
    symlink(&private, linked.path().join("op-users")).expect("it can be linked");
    list(linked.path()).await;
    assert_eq!(files(&private), Vec::<PathBuf>::new());
}

#[cfg(unix)]
#[tokio::test]
async fn the_folder_is_made_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;

    let caches = tempfile::tempdir().expect("a folder");
    list(caches.path()).await;
    let folder = fs::metadata(caches.path().join("op-users")).expect("it is there");
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
}
