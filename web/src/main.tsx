import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./styles/shell.css";
import { render } from "preact";
import { resume } from "./api/session";
import { App } from "./app";

const root = document.getElementById("app");
if (root) render(<App />, root);
// Without an answer the page stays on its skeleton, and `App` offers another try.
void resume().catch(() => {});
