//! What imports bind: each bound name with the absolute path that it stands for.

use ruff_python_ast::{StmtImport, StmtImportFrom};
use unspin_ir::{Name, Source};

use crate::names::Names;

/// `import a.b` binds `a`, `import a.b as c` binds `c` to `a.b`.
pub(crate) fn import(statement: &StmtImport, mut bind: impl FnMut(Name, Name)) {
    for alias in &statement.names {
        let path = alias.name.as_str();
        if let Some(asname) = &alias.asname {
            let path = unspin_ir::name(path);
            bind(unspin_ir::name(asname.as_str()), path);
        } else {
            let top = unspin_ir::name(path.split('.').next().unwrap_or(path));
            bind(top, top);
        }
    }
}

/// `from a import b as c` binds `c` to `a.b`. A star binds nothing that could be known.
pub(crate) fn import_from(statement: &StmtImportFrom, source: &Source, names: &mut Names, mut bind: impl FnMut(Name, Name)) {
    let mut base = package(source, statement.level);
    if let Some(module) = &statement.module {
        if !base.is_empty() {
            base.push('.');
        }
        base.push_str(module.as_str());
    }
    let base = unspin_ir::name(&base);
    for alias in statement.names.iter().filter(|alias| alias.name.as_str() != "*") {
        let own = unspin_ir::name(alias.name.as_str());
        let path = names.join(base, own);
        let bound = alias.asname.as_ref().map_or(own, |asname| unspin_ir::name(asname.as_str()));
        bind(bound, path);
    }
}

/// The package that so many leading dots mean; empty for none, or for more dots than there are packages.
fn package(source: &Source, level: u32) -> String {
    if level == 0 {
        return String::new();
    }
    let drop = level as usize - usize::from(source.is_package);
    let parts = source.name.as_str().split('.').collect::<Vec<_>>();
    parts[..parts.len().saturating_sub(drop)].join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_climb_from_the_package_of_the_file() {
        let module = Source { name: unspin_ir::name("a.b.c"), is_package: false, is_test: false };
        let package_file = Source { is_package: true, ..module };
        assert_eq!(package(&module, 1), "a.b");
        assert_eq!(package(&module, 2), "a");
        assert_eq!(package(&package_file, 1), "a.b.c");
        assert_eq!(package(&module, 9), "");
    }
}
