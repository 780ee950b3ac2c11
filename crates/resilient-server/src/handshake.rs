//! Who may speak: a challenge and a response over a shared secret, in both directions.
//!
//! The proof is an HMAC over the nonces of both sides and the name of the client, so that an answer is good for one
//! connection and one name only; it is compared in constant time. The server proves itself too, under another label, so that
//! a proof cannot be sent back where it came from. Nothing is encrypted: behind TLS, or in a network that is trusted.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{protocol::is_name, settings::Secret};

/// Bytes that are used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// Bytes that nobody can guess.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// These bytes; for tests.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As hexadecimal digits.
    pub fn text(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads what [`text`](Self::text) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

/// Which side proves that it knows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The client, in its `hello`.
    Client,
    /// The server, in its `welcome`.
    Server,
}

/// Why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denied {
    /// A field is not what it has to be.
    Malformed,
    /// The proof is wrong: another secret, or the answer to another challenge.
    WrongProof,
}

impl fmt::Display for Denied {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Malformed => "malformed",
            Self::WrongProof => "wrong proof",
        })
    }
}

impl std::error::Error for Denied {}

/// Both nonces and the name: what a proof is about.
#[derive(Debug, Clone, Copy)]
pub struct Transcript<'a> {
    /// The nonce of the server.
    pub server: Nonce,
    /// The nonce of the client.
    pub client: Nonce,
    /// The name of the client.
    pub name: &'a str,
}

impl Transcript<'_> {
    /// The proof of a side, in hexadecimal.
    pub fn proof(&self, secret: &Secret, side: Side) -> String {
        self.mac(secret, side).map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default()
    }

    /// Whether a proof is right, found in a time that does not depend on where it is wrong.
    ///
    /// # Errors
    ///
    /// [`Denied`] says what is wrong.
    pub fn verify(&self, secret: &Secret, side: Side, proof: &str) -> Result<(), Denied> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(proof, &mut bytes).map_err(|_| Denied::Malformed)?;
        let mac = self.mac(secret, side).ok_or(Denied::Malformed)?;
        mac.verify_slice(&bytes).map_err(|_| Denied::WrongProof)
    }

    fn mac(&self, secret: &Secret, side: Side) -> Option<Hmac<Sha256>> {
        // Any length of key will do.
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).ok()?;
        mac.update(match side {
            Side::Client => b"unspin resilient client\0",
            Side::Server => b"unspin resilient server\0",
        });
        // Both have a fixed length, so that no two transcripts give the same bytes.
        mac.update(&self.server.0);
        mac.update(&self.client.0);
        mac.update(self.name.as_bytes());
        Some(mac)
    }
}

/// Checks a `hello` against the nonce that this connection was challenged with, and answers with the server's own proof.
///
/// # Errors
///
/// [`Denied`] says what is wrong.
pub fn admit(secret: &Secret, server: Nonce, name: &str, nonce: &str, proof: &str) -> Result<String, Denied> {
    let client = Nonce::parse(nonce).filter(|_| is_name(name)).ok_or(Denied::Malformed)?;
    let transcript = Transcript { server, client, name };
    transcript.verify(secret, Side::Client, proof)?;
    Ok(transcript.proof(secret, Side::Server))
}
