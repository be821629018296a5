//! The macro `endpoints!`, which generates data and code from the table.

/// Generates from the rows of the table:
/// * `EndpointName`, an enum with a variant for each row
/// * `ENDPOINTS`, the rows as data
/// * `endpoints_at_word`, which finds the endpoints of a path of one word
/// * `run`, which calls the handler of a row
///
/// A handler is a generic async function, so a row cannot hold a pointer to it. Its arguments are the parts of the
/// [`Call`] that the row names. `creates` marks a handler that creates links, whose requests take a unit of the rate
/// limit `create`. `idempotent` marks a handler whose requests may carry an `Idempotency-Key`. `unboxed` marks the one
/// whose future is not boxed.
///
/// [`Call`]: super::call::Call
macro_rules! endpoints {
    // An argument of a handler.
    (@argument Anyone authorized $call:ident) => {
        compile_error!("the argument `authorized` needs a row that reads a credential")
    };
    (@argument $access:ident authorized $call:ident) => {
        $call.authorized()?
    };
    (@argument $access:ident visit $call:ident) => {
        &$call.visit()
    };
    (@argument $access:ident $part:ident $call:ident) => {
        $call.$part
    };

    // The future of a handler.
    (@answer Anyone $call:ident { idempotent $($handler:tt)+ }) => {
        compile_error!("an `Idempotency-Key` belongs to a principal: `idempotent` needs a row that reads a credential")
    };
    (@answer $access:ident $call:ident { idempotent $($handler:tt)+ }) => {
        $crate::endpoints::declaration::endpoints!(@answer $access $call { $($handler)+ })
    };
    (@answer $access:ident $call:ident { creates $($handler:tt)+ }) => {
        $crate::endpoints::declaration::endpoints!(@answer $access $call { $($handler)+ })
    };
    (@answer $access:ident $call:ident { unboxed $($handler:ident)::+ ($($part:ident),*) }) => {
        return $($handler)::+($($crate::endpoints::declaration::endpoints!(@argument $access $part $call)),*).await
    };
    (@answer $access:ident $call:ident { $($handler:ident)::+ ($($part:ident),*) }) => {
        Box::pin(async move {
            $($handler)::+($($crate::endpoints::declaration::endpoints!(@argument $access $part $call)),*).await
        })
    };

    (@takes_idempotency_key { creates $($handler:tt)+ }) => {
        $crate::endpoints::declaration::endpoints!(@takes_idempotency_key { $($handler)+ })
    };
    (@takes_idempotency_key { idempotent $($handler:tt)+ }) => { true };
    (@takes_idempotency_key { $($handler:tt)+ }) => { false };

    (@creates_links { creates $($handler:tt)+ }) => { true };
    (@creates_links { $($handler:tt)+ }) => { false };

    ($(
        $name:ident: $method:ident $pattern:literal, $audience:ident, $access:ident $(($right:ident))?, $body:ident,
        [$($status:literal),*] => $handler:tt
    )*) => {
        /// The endpoints by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum EndpointName {
            $(
                #[doc = concat!("`", stringify!($method), " ", $pattern, "`")]
                $name,
            )*
        }

        /// Every endpoint. The rows of one path are adjacent.
        pub const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            name: EndpointName::$name,
            method: stringify!($method),
            pattern: $pattern,
            segments: {
                const SEGMENTS: &[&str] = &row_search::segments_of($pattern);
                SEGMENTS.split_at(row_search::count_segments($pattern)).0
            },
            audience: Audience::$audience,
            access: Access::$access $((Right::$right))?,
            body: BodyKind::$body,
            statuses: &[$($status),*],
            takes_idempotency_key: $crate::endpoints::declaration::endpoints!(@takes_idempotency_key $handler),
            creates_links: $crate::endpoints::declaration::endpoints!(@creates_links $handler),
        }),*];

        // An unknown method does not compile.
        $(const _: () = assert!(row_search::is_routed(stringify!($method)), "routing knows GET, POST, PATCH and DELETE");)*

        /// The endpoints of a path of one word, such as `/health`. Only such rows are compared at run time: nearly
        /// every request is for a link, and its alias is compared with these words first.
        fn endpoints_at_word(word: &str) -> Option<&'static [Endpoint]> {
            $(
                if let Some(known) = const { row_search::only_segment_of($pattern) } && word == known {
                    return Some(const { row_search::endpoints_at($pattern) });
                }
            )*
            None
        }

        /// Calls the handler of the endpoint.
        async fn run<E: Edge, F: ClientInfo>(call: &Call<'_, E, F>) -> Result<Response, Problem> {
            let response: call::BoxedResponse<'_> = match call.endpoint.name {
                $(EndpointName::$name => $crate::endpoints::declaration::endpoints!(@answer $access call $handler),)*
            };
            response.await
        }
    };
}
pub(super) use endpoints;
