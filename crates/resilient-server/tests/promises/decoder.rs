//! The decoder and the handshake take any bytes.

use proptest::{prelude::*, test_runner::RngSeed};
use unspin_resilient_server::{FromClient, FromServer, Nonce, Secret, Side, Transcript, admit, decode, encode};

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        "-?[0-9]{1,400}(\\.[0-9]{1,20})?(e[0-9]{1,4})?",
        "\"[ -!#-\\[\\]-~]{0,20}\"",
        "\"\\\\u[0-9a-f]{0,4}\"",
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(("type|id|name|data|topic|operation|x", inner), 0..5).prop_map(|fields| {
                let fields: Vec<_> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_message_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode::<FromClient>(&bytes);
        let _ = decode::<FromServer>(&bytes);
    }

    #[test]
    fn any_json_is_a_message_or_none_and_messages_come_back(text in json(), kind in "request|publish|claim|send|hello") {
        let with_type = text.replacen('{', &format!("{{\"type\":\"{kind}\","), 1);
        for text in [text, with_type] {
            if let Ok(message) = decode::<FromClient>(text.as_bytes()) {
                let line = encode(&message);
                prop_assert!(!line.trim_end().contains('\n'), "one line");
                prop_assert_eq!(decode::<FromClient>(line.as_bytes()).ok(), Some(message));
            }
        }
    }

    #[test]
    fn only_the_proof_of_this_connection_is_right(
        server in any::<[u8; 32]>(), client in any::<[u8; 32]>(), name in "[a-z]{1,64}", at in 0_usize..64, digit in "[0-9a-f]",
    ) {
        let secret = Secret::new("a secret of the tests");
        let (server, client) = (Nonce::from_bytes(server), Nonce::from_bytes(client));
        let transcript = Transcript { server, client, name: &name };
        let proof = transcript.proof(&secret, Side::Client);
        prop_assert!(admit(&secret, server, &name, &client.text(), &proof).is_ok());

        let mut forged = proof.clone();
        forged.replace_range(at..=at, &digit);
        prop_assert_eq!(admit(&secret, server, &name, &client.text(), &forged).is_ok(), forged == proof);
        prop_assert!(admit(&secret, Nonce::random(), &name, &client.text(), &proof).is_err(), "another challenge");
        prop_assert!(admit(&secret, server, &format!("{name}x"), &client.text(), &proof).is_err(), "another name");
        prop_assert!(transcript.verify(&secret, Side::Server, &proof).is_err(), "sent back");
    }

    #[test]
    fn any_hello_is_admitted_or_not(name in ".*", nonce in ".{0,80}", proof in ".{0,80}") {
        let secret = Secret::new("a secret of the tests");
        prop_assert!(admit(&secret, Nonce::random(), &name, &nonce, &proof).is_err());
    }
}
