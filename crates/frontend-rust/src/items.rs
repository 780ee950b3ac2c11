//! Items: functions, methods, types, traits, modules and constants.

use quote_free::attribute_words;
use syn::{Attribute, Block, Fields, FnArg, ImplItem, Item, ItemImpl, ItemMod, ItemTrait, Signature, TraitItem, Visibility};
use unspin_ir::{Class, Field, FunctionBuilder, FunctionKind, LocalKind, Name, Parameter};
use unspin_span::Span;

use crate::lowering::{FunctionState, Lowering, Returns};
use crate::paths::{ident_name, joined, name};

/// Words of attributes without printing token streams.
mod quote_free {
    use proc_macro2::{TokenStream, TokenTree};

    /// Whether the identifier stands anywhere in the tokens, outside of `not(..)`.
    pub(super) fn attribute_words(tokens: TokenStream, word: &str) -> bool {
        let mut negated = false;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if ident == word => return true,
                TokenTree::Ident(ident) => negated = ident == "not",
                TokenTree::Group(group) if !negated && attribute_words(group.stream(), word) => return true,
                _ => negated = false,
            }
        }
        false
    }
}

/// What the place of a function says of it besides its signature.
#[derive(Clone, Copy, Default)]
struct Place {
    owner: Option<Name>,
    implements: Option<Name>,
}

impl Lowering<'_> {
    /// Lower items in order.
    pub(crate) fn items(&mut self, items: &[Item]) {
        self.collect_aliases(items);
        self.collect_bounds(items);
        for item in items {
            self.item(item);
        }
    }

    /// Lower one item.
    pub(crate) fn item(&mut self, item: &Item) {
        match item {
            Item::Const(item) => self.constant(&ident_name(&item.ident), &item.expr),
            Item::Static(item) => self.constant(&ident_name(&item.ident), &item.expr),
            Item::Fn(item) => self.function(&item.attrs, &item.sig, Some(&item.block), Place::default()),
            Item::Mod(item) => self.inline_module(item),
            Item::Impl(item) => self.implementation(item),
            Item::Trait(item) => self.trait_item(item),
            Item::Struct(item) => {
                let span = self.spans.between(item.struct_token.span, end_of_fields(&item.fields, item.ident.span()));
                let mark = self.add_generics(&item.generics);
                let path = self.item_path(&ident_name(&item.ident));
                self.bound_elsewhere(path, &item.generics, mark);
                self.fields(&ident_name(&item.ident), &item.fields, span);
                self.forget_generics(mark);
            }
            Item::Union(item) => {
                let span = self.spans.between(item.union_token.span, item.fields.brace_token.span.close());
                self.fields(&ident_name(&item.ident), &Fields::Named(item.fields.clone()), span);
            }
            Item::Enum(item) => {
                let span = self.spans.between(item.enum_token.span, item.brace_token.span.close());
                let path = self.item_path(&ident_name(&item.ident));
                let mark = self.add_generics(&item.generics);
                let payloads = item.variants.iter().flat_map(|variant| self.payloads(variant)).collect::<Vec<_>>();
                self.forget_generics(mark);
                self.class(path, span).payloads.extend(payloads);
            }
            Item::Macro(item) => match &item.ident {
                Some(own) => self.define_macro(ident_name(own), &item.mac),
                None => self.item_macro(&item.mac),
            },
            Item::Use(item) if !matches!(item.vis, Visibility::Inherited) => self.exports(item),
            _ => {}
        }
    }

    /// What the file itself, and no module inside of it, gives on.
    fn exports(&mut self, item: &syn::ItemUse) {
        let is_of_file = self.state.builder.function.kind == FunctionKind::Module && self.paths.within_file().is_empty();
        if is_of_file {
            let exported = self.paths.exported(&item.tree);
            self.module.exports.extend(exported);
        }
    }

    /// The path within the file of an item that is defined here.
    fn item_path(&self, own: &str) -> Name {
        joined(&self.item_parent(), own)
    }

    /// What items are in that are defined here.
    fn item_parent(&self) -> Name {
        let function = &self.state.builder.function;
        if function.kind == FunctionKind::Module { name(self.paths.within_file()) } else { function.qualified() }
    }

    fn constant(&mut self, own: &str, value: &syn::Expr) {
        if self.state.builder.function.kind != FunctionKind::Module {
            let value_id = self.value(value);
            let local = self.declare(name(own), None);
            let span = self.spans.expr(value);
            self.b().assign_local(local, value_id, span);
            return;
        }
        let path = joined(self.paths.within_file(), own);
        self.assign_global(path, value);
    }

    fn assign_global(&mut self, path: Name, value: &syn::Expr) {
        let span = self.spans.expr(value);
        let value = self.value(value);
        let place = self.b().global(path);
        self.b().assign(place, value, span);
    }

    fn inline_module(&mut self, item: &ItemMod) {
        let Some((_, items)) = &item.content else { return };
        let was_test = self.is_test;
        self.is_test |= is_test_only(&item.attrs);
        let before = self.paths.enter(ident_name(&item.ident), items);
        self.items(items);
        self.paths.leave(before);
        self.is_test = was_test;
    }

    /// The class of this path, new or as it is known from elsewhere in the file.
    fn class(&mut self, path: Name, span: Span) -> &mut Class {
        let classes = &mut self.module.classes;
        let index = self.class_index.get(&path).copied().unwrap_or_else(|| {
            classes.push(Class { name: path, span, ..Class::default() });
            self.class_index.insert(path, classes.len() - 1);
            classes.len() - 1
        });
        &mut classes[index]
    }

    fn fields(&mut self, own: &str, fields: &Fields, span: Span) {
        let path = self.item_path(own);
        let mut found = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let own = field.ident.as_ref().map_or_else(|| name(&index.to_string()), ident_name);
            if let Some(ty) = self.nominal(&field.ty) {
                found.push(Field { name: own, ty });
            }
        }
        let class = self.class(path, span);
        class.span = span;
        class.fields.extend(found);
    }

    /// What a variant holds, where its parts have no names of their own.
    fn payloads(&mut self, variant: &syn::Variant) -> Vec<Field> {
        let Fields::Unnamed(parts) = &variant.fields else { return Vec::new() };
        let part = |(index, part): (usize, &syn::Field)| {
            Some(Field { name: name(&format!("{}.{index}", variant.ident)), ty: self.nominal(&part.ty)? })
        };
        parts.unnamed.iter().enumerate().filter_map(part).collect()
    }

    fn trait_item(&mut self, item: &ItemTrait) {
        let path = self.item_path(&ident_name(&item.ident));
        let span = self.spans.between(item.trait_token.span, item.brace_token.span.close());
        let mark = self.add_generics(&item.generics);
        let outer = self.self_type.replace(path);
        let bases: Vec<Name> = item
            .supertraits
            .iter()
            .filter_map(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => Some(self.path_name(&bound.path)),
                _ => None,
            })
            .collect();
        let class = self.class(path, span);
        class.is_abstract = true;
        class.bases.extend(bases);
        for item in &item.items {
            match item {
                TraitItem::Fn(item) => {
                    let place = Place { owner: Some(path), implements: None };
                    self.function(&item.attrs, &item.sig, item.default.as_ref(), place);
                }
                TraitItem::Const(item) => {
                    if let Some((_, value)) = &item.default {
                        self.associated_constant(path, &ident_name(&item.ident), value);
                    }
                }
                _ => {}
            }
        }
        self.self_type = outer;
        self.forget_generics(mark);
    }

    fn associated_constant(&mut self, owner: Name, own: &str, value: &syn::Expr) {
        if self.state.builder.function.kind == FunctionKind::Module {
            self.assign_global(joined(&owner, own), value);
        }
    }

    fn implementation(&mut self, item: &ItemImpl) {
        let mark = self.add_generics(&item.generics);
        let span = self.spans.between(item.impl_token.span, item.brace_token.span.close());
        let resolved = self.nominal(&item.self_ty).unwrap_or_else(|| name("impl"));
        let owner = self.own_type(resolved);
        let implements = item.trait_.as_ref().map(|(path, _)| self.path_name(path));
        let outer = self.self_type.replace(owner);
        let class = self.class(owner, span);
        if owner != resolved && !class.bases.contains(&resolved) {
            class.bases.push(resolved);
            class.extends = Some(resolved);
        }
        if let Some(base) = implements
            && !class.bases.contains(&base)
        {
            class.bases.push(base);
        }
        let was_test = self.is_test;
        self.is_test |= is_test_only(&item.attrs);
        for item in &item.items {
            self.impl_item(item, owner, implements);
        }
        self.is_test = was_test;
        self.self_type = outer;
        self.forget_generics(mark);
    }

    /// Lower one item of an `impl`.
    pub(crate) fn impl_item(&mut self, item: &ImplItem, owner: Name, implements: Option<Name>) {
        match item {
            ImplItem::Fn(item) => {
                self.function(&item.attrs, &item.sig, Some(&item.block), Place { owner: Some(owner), implements });
            }
            ImplItem::Const(item) => self.associated_constant(owner, &ident_name(&item.ident), &item.expr),
            ImplItem::Macro(item) => self.impl_macro(&item.mac, owner, implements),
            _ => {}
        }
    }

    /// The type of the file that an `impl` is of. One of a type from elsewhere is a class of its own here, with that
    /// type as its base, so that fields and methods are still found.
    fn own_type(&self, resolved: Name) -> Name {
        if self.class_index.contains_key(&resolved) || self.paths.is_own(resolved) {
            return resolved;
        }
        let last = resolved.rsplit('.').next().unwrap_or("impl");
        joined(self.paths.within_file(), last)
    }

    /// A function with a name.
    fn function(&mut self, attributes: &[Attribute], signature: &Signature, body: Option<&Block>, place: Place) {
        let own = ident_name(&signature.ident);
        let end = body.map_or(signature.ident.span(), |block| block.brace_token.span.close());
        let first = signature.asyncness.as_ref().map_or(signature.fn_token.span, |token| token.span);
        let span = self.spans.between(first, end);
        let id = self.reserve();
        let mark = self.add_generics(&signature.generics);
        let is_nested = self.state.builder.function.kind != FunctionKind::Module;
        let within = place.owner.unwrap_or_else(|| self.item_parent());
        let kind = if place.owner.is_some() { FunctionKind::Method } else { FunctionKind::Function };
        let mut builder = FunctionBuilder::new(kind, own, within, span);
        let (returned, returns) = self.returned(&signature.output);
        let function = &mut builder.function;
        function.owner = place.owner;
        function.implements = place.implements;
        function.parent = is_nested.then_some(self.state.id);
        function.is_async = signature.asyncness.is_some();
        function.is_abstract = body.is_none();
        function.never_returns = returns == Returns::Never;
        function.returns = returned;
        function.name_span = self.spans.token(signature.ident.span());
        let was_test = self.is_test;
        self.is_test |= is_test_only(attributes) || is_test_function(attributes);
        function.is_test = self.is_test;
        function.decorators = self.decorators(attributes).into();
        let local_mark = self.paths.local_mark();
        self.build(FunctionState::new(builder, id, returns), |cx| {
            cx.parameters(signature);
            if let Some(block) = body {
                cx.function_body(block);
            }
        });
        self.paths.forget_local(local_mark);
        self.is_test = was_test;
        self.forget_generics(mark);
    }

    fn decorators(&mut self, attributes: &[Attribute]) -> Vec<Name> {
        let own = attributes.iter().filter(|attribute| !attribute.path().is_ident("doc"));
        own.map(|attribute| self.path_name(attribute.path())).collect()
    }

    /// Parameters; a pattern is taken apart at the start of the body.
    fn parameters(&mut self, signature: &Signature) {
        let mut patterns = Vec::new();
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(_) => {
                    self.parameter(name("self"), None);
                    self.b().function.has_receiver = true;
                }
                FnArg::Typed(typed) => {
                    let ty = self.nominal(&typed.ty);
                    patterns.extend(self.pattern_parameter(&typed.pat, ty));
                    if is_mutable_reference(&typed.ty) {
                        let last = self.b().function.parameters.last().map(|parameter| parameter.local);
                        self.state.mutable_references.extend(last);
                    }
                }
            }
        }
        for (pattern, local) in patterns {
            let value = self.b().read(local);
            self.bind(pattern, value);
        }
    }

    /// A parameter; if it is a pattern, the pattern is given back with the local that holds the whole.
    pub(crate) fn pattern_parameter<'p>(
        &mut self,
        pattern: &'p syn::Pat,
        ty: Option<Name>,
    ) -> Option<(&'p syn::Pat, unspin_ir::LocalId)> {
        if let syn::Pat::Ident(ident) = pattern
            && ident.subpat.is_none()
        {
            self.parameter(ident_name(&ident.ident), ty);
            return None;
        }
        let local = self.parameter(name("_"), ty);
        Some((pattern, local))
    }

    fn parameter(&mut self, own: Name, ty: Option<Name>) -> unspin_ir::LocalId {
        let local = self.b().local(own, LocalKind::Parameter, ty);
        self.b().function.parameters.push(Parameter { local, default: None, spread: false });
        self.state.bindings.push((own, local));
        local
    }
}

/// `&mut T`, `Pin<&mut T>`.
fn is_mutable_reference(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Reference(ty) => ty.mutability.is_some(),
        syn::Type::Path(ty) => match ty.path.segments.last() {
            Some(last) if last.ident == "Pin" => crate::types::first_type(&last.arguments).is_some_and(is_mutable_reference),
            _ => false,
        },
        _ => false,
    }
}

fn end_of_fields(fields: &Fields, ident: proc_macro2::Span) -> proc_macro2::Span {
    match fields {
        Fields::Named(fields) => fields.brace_token.span.close(),
        Fields::Unnamed(fields) => fields.paren_token.span.close(),
        Fields::Unit => ident,
    }
}

/// Whether a whole file is under `#![cfg(test)]`.
pub(crate) fn is_test_file(attributes: &[Attribute]) -> bool {
    is_test_only(attributes)
}

/// Whether `#[cfg(test)]` or the like stands on it.
fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => attribute_words(list.tokens.clone(), "test"),
        _ => false,
    })
}

/// Whether an attribute makes it a test: `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[bench]`.
fn is_test_function(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|last| {
            ["test", "rstest", "test_case", "bench", "quickcheck", "wasm_bindgen_test"].iter().any(|t| last.ident == t)
        })
    })
}
