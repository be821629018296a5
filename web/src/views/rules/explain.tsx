import type { Link } from "../../api/client";

/** "Try as a visitor": choose a visitor, see which rule holds and why. */
export function ExplainPanel({ link }: { link: Link }) {
  return <p>{link.alias}</p>;
}
