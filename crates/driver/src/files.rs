//! Writes a file so that nobody ever sees half of it.

use std::{
    fs, io,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

/// Put a file in place of whatever is there, whose permissions it gets. A reader sees the old or the new one; after a failure
/// the old one stands.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    // In the same folder: a rename does not cross file systems. Two processes and two threads never share a name.
    let unique = format!("tmp-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let temporary = file.with_extension(unique);
    let write = || {
        fs::write(&temporary, bytes)?;
        match fs::metadata(file) {
            Ok(there) => fs::set_permissions(&temporary, there.permissions())?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        fs::rename(&temporary, file)
    };
    let written = write();
    if written.is_err() {
        drop(fs::remove_file(&temporary));
    }
    written
}
