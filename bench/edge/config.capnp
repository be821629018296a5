# hop and the Workers it is compared with. `cargo xtask bench` copies this folder and the built modules to target/bench
# and starts workerd there: with all three in one process (`config`), or with one alone in a fresh process.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "hop", worker = .hop),
    (name = "redirect", worker = .redirect),
    (name = "empty", worker = .empty),
    (name = "copies", worker = .copies),
    (name = "truth", worker = .truth),
  ],
  sockets = [
    (name = "hop", http = (), service = "hop"),
    (name = "redirect", http = (), service = "redirect"),
    (name = "empty", http = (), service = "empty"),
  ],
);

const hopAlone :Workerd.Config = (
  services = [(name = "hop", worker = .hop), (name = "copies", worker = .copies), (name = "truth", worker = .truth)],
  sockets = [(name = "alone", http = (), service = "hop")],
);

const redirectAlone :Workerd.Config = (
  services = [(name = "redirect", worker = .redirect), (name = "copies", worker = .copies)],
  sockets = [(name = "alone", http = (), service = "redirect")],
);

const emptyAlone :Workerd.Config = (
  services = [(name = "empty", worker = .empty)],
  sockets = [(name = "alone", http = (), service = "empty")],
);

# As `wrangler deploy` uploads it, with its bindings as wrangler.toml names them. Only the API asks for ASSETS.
const hop :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "hop/index.js"),
    (name = "index_bg.wasm", wasm = embed "hop/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "HOP_DOMAINS", text = "http://hop.example"),
    (name = "HOP_ADMIN_KEY", text = "an-admin-key-that-nobody-uses-here"),
    (name = "HOP_PEPPER", text = "a-pepper-that-nobody-tastes-in-here"),
    (name = "COPIES", kvNamespace = "copies"),
    # D1 is JavaScript of the runtime around a service that runs the queries.
    (name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "truth")])),
  ],
);

const redirect :Workerd.Worker = (
  modules = [(name = "redirect.js", esModule = embed "redirect.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "COPIES", kvNamespace = "copies")],
);

const empty :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "empty/index.js"),
    (name = "index_bg.wasm", wasm = embed "empty/index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
);

const copies :Workerd.Worker = (
  modules = [(name = "copies.js", esModule = embed "copies.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "COPY", fromEnvironment = "HOP_COPY")],
);

const truth :Workerd.Worker = (
  modules = [(name = "truth.js", esModule = embed "truth.js")],
  compatibilityDate = "2026-11-01",
);
