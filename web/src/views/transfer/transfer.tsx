import "../../ui/lists.css";
import "./transfer.css";
import { may } from "../../state/me";
import { text } from "../../text";
import { ExportCard } from "./export-card";
import { ImportWizard } from "./wizard";

/** Import and export of links. */
export default function TransferView() {
  return (
    <>
      <header class="view-head">
        <h1>{text.transfer.title}</h1>
      </header>
      {may("links:admin") ? <ImportWizard /> : <p class="quiet">{text.transfer.readOnly}</p>}
      <ExportCard />
    </>
  );
}
