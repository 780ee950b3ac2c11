//! n
pub fn too_deep(_text: &str) -> Option<unspin_ir::Problem> { None }
