//! Hashing the passwords of users in Durable Objects, where the vendor allows 30 seconds of processor time. A request
//! on the free plan of Workers has 10 milliseconds, and one hash takes longer.

use hop_core::ports::{PasswordHashing, StoreError};
use worker::{DurableObject, Env, Error, Method, Request, RequestInit, Response, State, durable_object};

use crate::records::message;

const BINDING: &str = "HASHER";

/// The runtime requires a URL. An object has one endpoint, so it reads the body alone.
const URL: &str = "https://hasher/";

/// An object that hashes passwords and stores nothing. `wrangler.toml` names this class.
#[durable_object]
pub struct PasswordHasher;

impl DurableObject for PasswordHasher {
    fn new(_: State, _: Env) -> Self {
        Self
    }

    /// Hashes one password. A failure is thrown: the call of the Worker fails with the same message.
    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let hashing = PasswordHashing::decode(&request.bytes().await?).ok_or("a request to hash is malformed")?;
        let hash = hashing.run().map_err(|error| error.to_string())?;
        Response::from_bytes(hash.to_vec())
    }
}

/// Hashes a password in an object. Several objects share the work, because one hashes one password at a time.
pub(crate) async fn hash(env: &Env, hashing: &PasswordHashing) -> Result<[u8; 32], StoreError> {
    let objects = env.durable_object(BINDING).map_err(unavailable)?;
    let stub = objects.get_by_name(&format!("v1/{}", hashing.lane())).map_err(unavailable)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(hashing.encode().into()));
    let request = Request::new_with_init(URL, &init).map_err(unavailable)?;
    let hash = stub.fetch_with_request(request).await.map_err(unavailable)?.bytes().await.map_err(unavailable)?;
    hash.try_into().map_err(|_| StoreError::Unavailable("hasher: the answer is no hash".into()))
}

fn unavailable(error: Error) -> StoreError {
    StoreError::Unavailable(format!("hasher: {}", message(&error)))
}
