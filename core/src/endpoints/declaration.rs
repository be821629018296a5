//! The macro that makes data and code of the table.

/// Makes of the rows of a table
/// * `EndpointName`, an enum with a variant for each row,
/// * `ENDPOINTS`, the rows as data,
/// * `at_word`, which finds the endpoints of a path of one word,
/// * `run`, which calls the handler of a row.
///
/// A handler is a generic async function, so a row cannot hold a pointer to it. It is given the parts of the [`Call`]
/// that the row names. `once` stands before one whose request may be repeated with an `Idempotency-Key`, `unboxed`
/// before the one that costs no box.
///
/// [`Call`]: super::call::Call
macro_rules! endpoints {
    // What a handler is given.
    (@argument Anyone authorized $call:ident) => {
        compile_error!("a handler that takes a proof needs a row with `Identity` or a right")
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

    // The answer of a handler, still to be awaited.
    (@answer Anyone $call:ident { once $($handler:tt)+ }) => {
        compile_error!("an `Idempotency-Key` belongs to a principal: `once` needs a row with `Identity` or a right")
    };
    (@answer $access:ident $call:ident { once $($handler:tt)+ }) => {
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

    (@is_once { once $($handler:tt)+ }) => { true };
    (@is_once { $($handler:tt)+ }) => { false };

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

        /// Every endpoint. Those of one path stand next to each other.
        pub const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            name: EndpointName::$name,
            method: stringify!($method),
            pattern: $pattern,
            segments: {
                const SEGMENTS: &[&str] = &rows::segments_of($pattern);
                SEGMENTS.split_at(rows::count_segments($pattern)).0
            },
            audience: Audience::$audience,
            access: Access::$access $((Right::$right))?,
            body: BodyKind::$body,
            statuses: &[$($status),*],
            is_once: $crate::endpoints::declaration::endpoints!(@is_once $handler),
        }),*];

        // A method that routing does not know, or that is mistyped, does not compile.
        $(const _: () = assert!(rows::is_routed(stringify!($method)), "routing knows GET, POST, PATCH and DELETE");)*

        /// The endpoints of a path of one word, such as `/health`. All other rows are skipped when hop is compiled:
        /// nearly every request is for a link, whose alias is compared with these words first.
        fn at_word(word: &str) -> Option<&'static [Endpoint]> {
            $(
                if let Some(known) = const { rows::word_of($pattern) } && word == known {
                    return Some(const { rows::rows_of($pattern) });
                }
            )*
            None
        }

        /// Calls the handler of the endpoint.
        async fn run<E: Edge, F: ClientInfo>(call: &Call<'_, E, F>) -> Result<Response, Problem> {
            let answering: call::Answering<'_> = match call.endpoint.name {
                $(EndpointName::$name => $crate::endpoints::declaration::endpoints!(@answer $access call $handler),)*
            };
            answering.await
        }
    };
}
pub(super) use endpoints;
