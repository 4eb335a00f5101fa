import { openDialog } from "../dialog.js";
import { strings } from "../strings.js";
import { build } from "../uploader/dom.js";

const MOST_LINES = 500;

/** A dialog with the outcome of each image: failures first, then what was retried, then receipts. */
export function showReport(title, outcomes, nameOf) {
  const { report } = strings.bulk;
  const rank = ({ reason, tries }) => (reason ? 0 : tries > 1 ? 1 : 2);
  const sorted = outcomes.toSorted((a, b) => rank(a) - rank(b));
  const lines = sorted.slice(0, MOST_LINES).map((outcome) => lineOf(outcome, nameOf));
  const save = build("button", { type: "button", className: "plain" }, report.save);
  save.addEventListener("click", () => saveJson(outcomes, nameOf));
  openDialog(title,
    build("p", {}, report.summary(outcomes.filter(({ reason }) => !reason).length, outcomes.length)),
    build("ul", { className: "report-lines", tabIndex: 0, ariaLabel: title }, ...lines),
    ...(sorted.length > MOST_LINES ? [build("p", { className: "quiet" }, report.more(sorted.length - MOST_LINES))] : []),
    save);
}

function lineOf({ id, tries, reason, value }, nameOf) {
  const { report } = strings.bulk;
  const receipt = value?.receipt;
  const text = reason ?? (receipt ? receiptOf(receipt) : report.done);
  return build("li", { className: reason ? "wrong" : "" },
    build("strong", {}, nameOf(id)),
    build("span", {}, [text, tries > 1 && report.tries(tries)].filter(Boolean).join(" ")));
}

function receiptOf({ files, erased, verified }) {
  return `${strings.erased(files ?? erased.length)} ${verified ? strings.verified : strings.remaining}`;
}

function saveJson(outcomes, nameOf) {
  const entries = outcomes.map(({ id, tries, reason, value }) => ({
    id, filename: nameOf(id), tries, ...(reason && { reason }), ...(value?.receipt && { receipt: value.receipt }),
  }));
  const blob = new Blob([JSON.stringify(entries, null, 2)], { type: "application/json" });
  const link = build("a", { href: URL.createObjectURL(blob), download: "darkroom-report.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
