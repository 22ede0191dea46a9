//! Compiled code, kept in a folder from one process to the next.
//!
//! Not wasmtime's cache, which packs its files: unpacking takes longer than everything else that a short command does, where a plain
//! file is mapped into memory.

use std::{
    fs::{self, DirEntry, OpenOptions},
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::Path,
    process,
    time::SystemTime,
};

use wasmtime::{Engine, Module, component::Component};

use crate::error::Result;

/// Extension of the files.
const EXTENSION: &str = "cwasm";
/// Maximum number of files, of about 2 MB each: those of some versions.
const MAX_FILES: usize = 8;

/// A component or a module, as the engine runs it.
pub(crate) trait Compiled: Sized {
    /// Compiles WebAssembly.
    fn compile(engine: &Engine, wasm: &[u8]) -> Result<Self>;

    /// The bytes that are written to a file.
    fn bytes(&self) -> Result<Vec<u8>>;

    /// Maps a file into memory.
    ///
    /// # Safety
    ///
    /// The file is one that this type wrote, and no other user can write to it.
    #[allow(unsafe_code, reason = "code is run from a file")]
    unsafe fn map(engine: &Engine, file: &Path) -> Result<Self>;
}

impl Compiled for Module {
    fn compile(engine: &Engine, wasm: &[u8]) -> Result<Self> {
        Self::new(engine, wasm)
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        self.serialize()
    }

    #[allow(unsafe_code, reason = "code is run from a file")]
    unsafe fn map(engine: &Engine, file: &Path) -> Result<Self> {
        // SAFETY: the caller's promise.
        unsafe { Self::deserialize_file(engine, file) }
    }
}

impl Compiled for Component {
    fn compile(engine: &Engine, wasm: &[u8]) -> Result<Self> {
        Self::new(engine, wasm)
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        self.serialize()
    }

    #[allow(unsafe_code, reason = "code is run from a file")]
    unsafe fn map(engine: &Engine, file: &Path) -> Result<Self> {
        // SAFETY: the caller's promise.
        unsafe { Self::deserialize_file(engine, file) }
    }
}

/// Loads what was compiled from this WebAssembly, or compiles it and keeps it for the next process.
///
/// A folder that cannot be used, and a file that is damaged or of another version, only cost time.
pub(crate) fn load<T: Compiled>(engine: &Engine, wasm: &[u8], folder: Option<&Path>) -> Result<T> {
    let Some(folder) = folder else {
        return T::compile(engine, wasm);
    };
    let name = name(engine, wasm);
    let file = folder.join(&name);
    // SAFETY: the callers of this crate promise that no other user can write to the folder. Its files are written whole, under
    // another name, before they get this one.
    #[allow(unsafe_code, reason = "code is run from a file")]
    let mapped = unsafe { T::map(engine, &file) };
    if let Ok(compiled) = mapped {
        return Ok(compiled);
    }
    let compiled = T::compile(engine, wasm)?;
    if let Ok(bytes) = compiled.bytes() {
        keep(folder, &name, &bytes).ok();
    }
    Ok(compiled)
}

/// Name of a file: another one for each WebAssembly, compiler, machine and configuration.
fn name(engine: &Engine, wasm: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    wasm.hash(&mut hasher);
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{:016x}.{EXTENSION}", hasher.finish())
}

/// Writes a file under another name, and gives it its own when it is complete.
fn keep(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(folder)?;
    let written = folder.join(format!("{name}.{}", process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&written)?;
    let result = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&written, folder.join(name)));
    if result.is_err() {
        fs::remove_file(&written).ok();
    }
    remove_oldest(folder)?;
    Ok(result?)
}

/// Removes the oldest files beyond the maximum number.
fn remove_oldest(folder: &Path) -> Result<()> {
    let is_ours = |entry: &DirEntry| {
        let path = entry.path();
        path.extension().is_some_and(|it| it == EXTENSION)
    };
    let mut files: Vec<_> = fs::read_dir(folder)?
        .filter_map(std::result::Result::ok)
        .filter(is_ours)
        .collect();
    let age = |entry: &DirEntry| entry.metadata().and_then(|it| it.modified()).ok();
    files.sort_by_key(|entry| std::cmp::Reverse(age(entry).unwrap_or(SystemTime::UNIX_EPOCH)));
    for file in files.iter().skip(MAX_FILES) {
        fs::remove_file(file.path()).ok();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0";

    fn files(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn a_module_is_compiled_once() {
        let folder = std::env::temp_dir().join(format!("compiled-once-{}", process::id()));
        let engine = Engine::default();
        for _ in 0..3 {
            load::<Module>(&engine, MODULE, Some(&folder)).unwrap();
            assert_eq!(files(&folder), 1);
        }
        // A file of another configuration is not taken for it.
        let other = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
        load::<Module>(&other, MODULE, Some(&folder)).unwrap();
        assert_eq!(files(&folder), 2);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_does_not_grow_without_end() {
        let folder = std::env::temp_dir().join(format!("compiled-old-{}", process::id()));
        for number in 0..20 {
            keep(&folder, &format!("{number}.{EXTENSION}"), b"x").unwrap();
        }
        assert_eq!(files(&folder), MAX_FILES);
        fs::remove_dir_all(folder).unwrap();
    }
}
