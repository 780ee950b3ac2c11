//! What the macro answers, without a compiler: functions that it leaves alone, and mistakes that it names.

use proc_macro2::TokenStream;
use quote::quote;

use super::monitored;

fn expand(args: TokenStream, item: TokenStream, is_on: bool) -> String {
    monitored(args, item, is_on).to_string()
}

/// The text of the error, which stands before the function.
fn error(args: TokenStream, item: TokenStream) -> String {
    let (on, off) = (expand(args.clone(), item.clone(), true), expand(args, item.clone(), false));
    assert_eq!(on, off, "a mistake is one whether or not the monitor is on");
    assert!(on.ends_with(&super::strip::loop_arguments(item).to_string()), "the function stays beside its error: {on}");
    let text = on.split('"').nth(1).unwrap_or_else(|| panic!("no error in {on}"));
    assert!(on.contains("compile_error"), "{on}");
    text.replace("\\\"", "\"")
}

fn args_error(args: TokenStream) -> String {
    error(
        args,
        quote!(
            fn f() {
                loop {}
            }
        ),
    )
}

#[test]
fn without_the_feature_the_function_is_unchanged() {
    let functions = [
        quote!(
            fn f() {
                loop {
                    progress!();
                }
            }
        ),
        quote!(
            async fn f(it: &str) -> Result<(), E> {
                'a: while next().await? {
                    for x in it.chars() {
                        continue 'a;
                    }
                }
                Ok(())
            }
        ),
        quote!(
            #[inline]
            pub(crate) fn f<T: Into<u8>>(x: T) -> u8 {
                let y = 'a: {
                    break 'a loop {
                        break x.into();
                    };
                };
                y
            }
        ),
        quote!(
            fn f() {
                #[monitored]
                fn inner() {
                    loop {}
                }
                inner()
            }
        ),
    ];
    for function in functions {
        assert_eq!(expand(quote!(service, trip = panic), function.clone(), false), function.to_string());
    }
}

#[test]
fn without_the_feature_only_the_arguments_of_loops_go() {
    let given = quote!(
        fn f() {
            #[monitored(service)]
            'a: loop {
                let x = #[cfg(x)]
                #[monitored]
                while true {};
            }
        }
    );
    let left = quote!(
        fn f() {
            'a: loop {
                let x = #[cfg(x)]
                while true {};
            }
        }
    );
    assert_eq!(expand(quote!(), given, false), left.to_string());
}

#[test]
fn a_function_without_loops_is_unchanged() {
    let function = quote!(
        async fn f(x: u8) -> u8 {
            g(x).await
        }
    );
    assert_eq!(expand(quote!(), function.clone(), true), function.to_string());
}

#[test]
fn what_cannot_be_read_passes_through() {
    for item in [quote!(fn f() { loop { yeet 1 2 3 } }), quote!(), quote!(fn f(=> 3) {})] {
        assert_eq!(expand(quote!(), item.clone(), true), item.to_string());
    }
}

#[test]
fn each_loop_is_a_site_of_its_own_line() {
    let function: TokenStream =
        "fn f() {\n loop {\n for x in y {}\n }\n while z {}\n let c = || loop {};\n}".parse().expect("tokens");
    let text = expand(quote!(), function, true);
    for site in ["2u32 , \"loop\"", "3u32 , \"for\"", "5u32 , \"while\"", "6u32 , \"loop\""] {
        assert!(text.contains(site), "{site} is missing in {text}");
    }
}

#[test]
fn the_arguments_of_the_function_are_for_its_outermost_loops() {
    let text = expand(
        quote!(service),
        quote!(
            fn f() {
                loop {
                    for x in y {}
                }
            }
        ),
        true,
    );
    assert_eq!((text.matches("service ()").count(), text.matches("observed ()").count()), (1, 1), "{text}");
    let own = quote!(
        fn f() {
            loop {
                #[monitored(bounded(iterations = 3))]
                for x in y {}
            }
        }
    );
    let text = expand(quote!(service), own, true);
    assert_eq!((text.matches("service ()").count(), text.matches("bounded ()").count()), (1, 1), "{text}");
}

#[test]
fn loops_in_the_arguments_of_known_macros_are_sites() {
    let function: TokenStream = "async fn f() {
        loop {
            tokio::select! {
                biased;
                () = stop(), if loop { break true; } => return,
                Some(x) = async { for y in z {} } => { while x {} }
                else => progress!(),
            }
            join!(g(), async { loop {} });
        }
        assert!(loop { break true }, \"{}\", loop { break 1 });
    }"
    .parse()
    .expect("tokens");
    let text = expand(quote!(), function, true);
    assert_eq!(text.matches("Site :: new").count(), 7, "{text}");
    for site in ["5u32 , \"loop\"", "6u32 , \"for\"", "6u32 , \"while\"", "9u32 , \"loop\"", "11u32 , \"loop\""] {
        assert!(text.contains(site), "{site} is missing in {text}");
    }
    assert!(text.contains("progress ! (@ of monitor_0)"), "{text}");
}

#[test]
fn the_arguments_of_other_macros_stay() {
    let function = quote!(
        fn f() {
            g!(loop {});
            let x = quote!(for x in y {});
            select! { loops while x => {} }
            vec![loop {}; 3];
        }
    );
    assert_eq!(expand(quote!(), function.clone(), true), function.to_string());
    let given = quote!(
        fn f() {
            g!(
                #[monitored]
                loop {}
            );
        }
    );
    let left = quote!(
        fn f() {
            g!(loop {});
        }
    );
    assert_eq!(expand(quote!(), given, true), left.to_string());
}

/// The functions of a file, those of `impl` and `trait` blocks and of modules included.
#[derive(Default)]
struct Functions(Vec<syn::ItemFn>);

impl<'a> syn::visit::Visit<'a> for Functions {
    fn visit_item_fn(&mut self, found: &'a syn::ItemFn) {
        self.0.push(found.clone());
        syn::visit::visit_item_fn(self, found);
    }

    fn visit_impl_item_fn(&mut self, found: &'a syn::ImplItemFn) {
        let syn::ImplItemFn { attrs, vis, modifiers, sig, block, .. } = found.clone();
        self.0.push(syn::ItemFn { attrs, vis, modifiers, sig, block: Box::new(block) });
        syn::visit::visit_impl_item_fn(self, found);
    }
}

fn sources(folder: &std::path::Path, all: &mut Vec<std::path::PathBuf>) {
    for path in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
}

#[test]
fn every_function_of_this_repository_can_be_watched_and_left_alone() {
    let mut files = Vec::new();
    for folder in ["crates", "rules", "fixtures"] {
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder), &mut files);
    }
    let (mut functions, mut sites) = (0, 0);
    for path in files {
        let text = std::fs::read_to_string(&path).expect("text");
        // Some are wrong on purpose.
        let Ok(file) = syn::parse_file(&text) else { continue };
        let mut found = Functions::default();
        syn::visit::Visit::visit_file(&mut found, &file);
        for function in found.0.into_iter().filter(|function| function.sig.constness.is_none()) {
            let (tokens, name) = (quote!(#function), format!("{} in {}", function.sig.ident, path.display()));
            let is_marked = tokens.to_string().contains("# [monitored");
            let off = expand(quote!(), tokens.clone(), false);
            assert!(is_marked || off == tokens.to_string(), "left alone: {name}");
            let on = monitored(quote!(service), tokens, true);
            functions += 1;
            sites += on.to_string().matches("Site :: new").count();
            let is_wrong = is_marked && on.to_string().contains("compile_error");
            assert!(is_wrong || syn::parse2::<syn::ItemFn>(on).is_ok(), "watched: {name}");
        }
    }
    assert!(functions > 2000 && sites > 300, "{functions} functions with {sites} loops");
}

#[test]
fn a_select_without_loops_is_left_as_it_is() {
    let select = "select! { biased; x = y => {} () = z, if c => w, }";
    let function: TokenStream = format!("async fn f() {{ {select} loop {{}} }}").parse().expect("tokens");
    let select: TokenStream = select.parse().expect("tokens");
    let text = expand(quote!(), function, true);
    assert!(text.contains(&select.to_string()), "{text}");
}

#[test]
fn progress_speaks_of_the_loop_that_it_names() {
    let text = expand(
        quote!(),
        quote!(
            fn f() {
                'a: loop {
                    loop {
                        progress!('a);
                        progress!();
                    }
                }
            }
        ),
        true,
    );
    assert!(text.contains("progress ! (@ of monitor_0)") && text.contains("progress ! (@ of monitor_1)"), "{text}");
    // Outside of loops and in closures it stays, and the macro that it is says what is wrong.
    let outside = expand(
        quote!(),
        quote!(
            fn f() {
                progress!();
                loop {
                    g(|| progress!())
                }
            }
        ),
        true,
    );
    assert_eq!(outside.matches("progress ! ()").count(), 2, "{outside}");
}

#[test]
fn wrong_arguments_are_named() {
    let cases = [
        (quote!(servcie), "`servcie` is no argument; expected `bounded(…)`, `service`"),
        (quote!(bounded), "a bounded loop needs a bound"),
        (quote!(bounded()), "a bounded loop needs a bound"),
        (quote!(bounded(iterations = 0)), "`iterations` is at least 1"),
        (quote!(bounded(tries = 3)), "`tries` is no bound"),
        (quote!(bounded(time = "2 s")), "is no time; expected a whole number above zero"),
        (quote!(bounded(time = "0s")), "is no time"),
        (quote!(bounded(time = "99999999999999m")), "is no time"),
        (quote!(service(speed = 3)), "`speed` says nothing of a service"),
        (quote!(service, bounded(iterations = 3)), "`kind` is given twice"),
        (quote!(trip = explode), "`explode` is no action"),
        (quote!(trip = cancel), "expected parentheses"),
        (quote!(stuck = 5), "expected string literal"),
        (quote!(service stuck = "5s"), "expected `,`"),
    ];
    for (args, expected) in cases {
        let text = args_error(args.clone());
        assert!(text.contains(expected), "`{args}` says: {text}");
    }
}

#[test]
fn wrong_arguments_of_a_loop_are_named() {
    let text = error(
        quote!(),
        quote!(
            fn f() {
                #[monitored(bounded)]
                loop {}
            }
        ),
    );
    assert!(text.contains("a bounded loop needs a bound"), "{text}");
}

#[test]
fn wrong_places_are_named() {
    assert!(
        error(
            quote!(),
            quote!(
                struct S;
            )
        )
        .contains("is for functions")
    );
    assert!(error(quote!(), quote!(impl S { fn f() {} })).contains("is for functions"));
    assert!(
        error(
            quote!(),
            quote!(
                fn f();
            )
        )
        .contains("no body")
    );
    assert!(
        error(
            quote!(),
            quote!(
                const fn f() {
                    loop {}
                }
            )
        )
        .contains("`const fn`")
    );
}
