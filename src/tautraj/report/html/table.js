// The table of episodes: filters and sorting. Rows are rendered as they come into view.

const ROWS_PER_STEP = 100;
const collator = new Intl.Collator("en", { numeric: true });
const STATUS_ORDER = { failed: 0, ungraded: 1, passed: 2 };

// Whether a column tells anything: a trial where there are several, a cost where there is one.
function hasContent({ name }) {
  const used = {
    trial: (episode) => episode.trial !== episodes[0].trial, lost: (episode) => episode.lost.length, labels: (episode) => episode.labels.length,
    mistakes: (episode) => episode.mistakes, tokens: (episode) => episode.tokens, usd: (episode) => episode.tokens && episode.usd !== 0, reason: (episode) => episode.reason,
  }[name];
  return !used || episodes.some(used);
}

const COLUMNS = [
  { name: "status", title: "Result", sortKey: (episode) => STATUS_ORDER[episode.status], render: (episode) => statusElement(episode.status) },
  { name: "task", title: "Task", sortKey: (episode) => episode.task, render: (episode) => episodeLink(episode) },
  { name: "trial", title: "Trial", number: true, sortKey: (episode) => episode.trial, render: (episode) => String(episode.trial) },
  { name: "reason", title: "Why the customer calls", sortKey: (episode) => episode.reason, render: (episode) => [h("div", { class: "reason", dir: "auto", title: episode.reason }, episode.reason), excerpt(episode, filters.words)] },
  hasSeveralRuns && { name: "run", title: "Cell", sortKey: (episode) => data.runs[episode.run], render: (episode) => data.runs[episode.run] },
  { name: "lost", title: "Lost on", sortKey: (episode) => episode.lost.join(), render: (episode) => episode.lost.map(humanise).join(", ") },
  { name: "ending", title: "Ending", sortKey: (episode) => episode.ending, render: (episode) => humanise(episode.ending) },
  { name: "turns", title: "Turns", number: true, sortKey: (episode) => episode.turns, render: (episode) => formatCount(episode.turns) },
  { name: "calls", title: "Calls", number: true, sortKey: (episode) => episode.calls, render: (episode) => formatCount(episode.calls) },
  { name: "mistakes", title: "Mistakes", number: true, sortKey: (episode) => episode.mistakes, render: (episode) => episode.mistakes ? formatCount(episode.mistakes) : "" },
  { name: "seconds", title: "Time", number: true, sortKey: (episode) => episode.seconds, render: (episode) => formatDuration(episode.seconds) },
  { name: "tokens", title: "Tokens", number: true, sortKey: (episode) => episode.tokens, render: (episode) => episode.tokens ? formatCount(episode.tokens) : "" },
  { name: "usd", title: "Cost", number: true, sortKey: (episode) => episode.usd ?? -1, render: (episode) => episode.tokens ? formatUsd(episode.usd) : "" },
  { name: "labels", title: "Labels", sortKey: (episode) => episode.labels.length, render: (episode) => episode.labels.map(badge) },
].filter((column) => column && hasContent(column));

const filters = { words: [], status: "", run: "", ending: "", label: "" };
const sorting = { name: null, down: false };
let visible = episodes;
let renderedCount = 0;
const tableBody = h("tbody");
const counter = h("span", { class: "counter", role: "status", "aria-live": "polite" });

function episodeLink(episode) {
  return h("a", { href: "#" + encodeURIComponent(episode.key), title: episode.id }, episode.task);
}

function matchesFilters(episode) {
  return (!filters.status || episode.status === filters.status)
    && (!filters.run || episode.run === Number(filters.run))
    && (!filters.ending || episode.ending === filters.ending)
    && (!filters.label || episode.labels.includes(filters.label))
    && matchesWords(episode, filters.words);
}

function applyFilters() {
  visible = episodes.filter(matchesFilters);
  const column = COLUMNS.find((column) => column.name === sorting.name);
  if (column) {
    const compare = (a, b) => typeof a === "number" ? a - b : collator.compare(a, b);
    const sign = sorting.down ? -1 : 1;
    visible.sort((a, b) => sign * compare(column.sortKey(a), column.sortKey(b)) || a.number - b.number);
  }
  const reading = filters.words.length && readCount < Infinity ? ", conversations are being read" : "";
  counter.textContent = (visible.length === episodes.length
    ? `${formatCount(episodes.length)} episodes` : `${formatCount(visible.length)} of ${formatCount(episodes.length)} episodes`) + reading;
  const focused = tableBody.contains(document.activeElement) && document.activeElement.closest("tr").dataset.number;
  tableBody.replaceChildren();
  renderedCount = 0;
  appendRows();
  const link = focused && tableBody.querySelector(`tr[data-number="${focused}"] a`);
  if (link) link.focus({ preventScroll: true });
  document.querySelectorAll("#table th").forEach((head) => {
    const isSorted = head.dataset.name === sorting.name;
    head.setAttribute("aria-sort", isSorted ? (sorting.down ? "descending" : "ascending") : "none");
  });
}

function appendRows() {
  const next = visible.slice(renderedCount, renderedCount + ROWS_PER_STEP);
  tableBody.append(...next.map((episode) => h("tr", { "data-number": episode.number, class: episode.included ? null : "absent" },
    COLUMNS.map((column) => h("td", { class: (column.number ? "number " : "") + "is-" + column.name }, column.render(episode))))));
  renderedCount += next.length;
  const hiddenCount = visible.length - renderedCount;
  document.getElementById("more").replaceChildren(
    hiddenCount > 0 ? h("button", { type: "button", onclick: appendRows }, `${formatCount(hiddenCount)} more`)
      : visible.length ? "" : "No episode matches these filters.");
}

function makeSelect(name, title, options) {
  const element = h("select", { id: `by-${name}`, "aria-label": title, onchange: (event) => { filters[name] = event.target.value; applyFilters(); } },
    h("option", { value: "" }, title), options.map(([value, text]) => h("option", { value }, text)));
  return options.length > 1 ? element : null;
}

function countValues(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function statusButtons() {
  const counts = new Map([["", episodes.length], ...countValues(episodes.map((episode) => episode.status))]);
  const names = { "": "All", passed: "Passed", failed: "Failed", ungraded: "Not graded" };
  const buttons = Object.entries(names).filter(([status]) => counts.get(status)).map(([status, name]) =>
    h("button", {
      type: "button", "aria-pressed": String(status === ""), "data-status": status,
      onclick: (event) => {
        filters.status = status;
        for (const button of event.currentTarget.parentNode.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
        applyFilters();
      },
    }, name + " ", h("span", { class: "count" }, formatCount(counts.get(status)))));
  return h("div", { class: "segments", role: "group", "aria-label": "Result" }, buttons);
}

function makeTable() {
  const search = h("input", { id: "search", type: "search", placeholder: "Search what was said, ids, labels",
    "aria-label": "Search episodes", autocomplete: "off", spellcheck: "false",
    oninput: (event) => { filters.words = splitWords(event.target.value); if (filters.words.length) readConversations(applyFilters); applyFilters(); } });
  const numbered = (pairs) => pairs.map(([value, n]) => [value, `${humanise(value)} (${formatCount(n)})`]);
  document.getElementById("filters").append(
    statusButtons(), search,
    hasSeveralRuns ? makeSelect("run", "Every cell", data.runs.map((name, number) => [String(number), name])) : "",
    makeSelect("ending", "Every ending", numbered(countValues(episodes.map((episode) => episode.ending)))) || "",
    makeSelect("label", "Any labels", numbered(countValues(episodes.flatMap((episode) => episode.labels)))) || "",
    counter);
  const sortBy = (name) => () => {
    sorting.down = sorting.name === name && !sorting.down;
    sorting.name = name;
    applyFilters();
  };
  document.getElementById("table").append(
    h("caption", { class: "unseen" }, "Episodes; a task's name opens its conversation"),
    h("thead", {}, h("tr", {}, COLUMNS.map((column) => h("th", { scope: "col", "data-name": column.name, class: (column.number ? "number " : "") + "is-" + column.name },
      h("button", { type: "button", onclick: sortBy(column.name) }, column.title))))),
    tableBody);
  tableBody.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !event.target.closest("a") && !String(getSelection())) openEpisode(episodes[row.dataset.number]);
  });
  new IntersectionObserver((entries) => { if (entries[0].isIntersecting && renderedCount < visible.length) appendRows(); }, { rootMargin: "600px" })
    .observe(document.getElementById("more"));
  applyFilters();
}

// Moves the focus by a number of rows; the first key press goes to the first row in sight.
function moveFocus(by) {
  const rows = [...tableBody.children];
  let index = rows.findIndex((row) => row.contains(document.activeElement));
  index = index < 0 ? Math.max(0, rows.findIndex((row) => row.getBoundingClientRect().top >= 0)) : index + by;
  if (index >= renderedCount) appendRows();
  const target = tableBody.children[Math.max(0, Math.min(index, tableBody.children.length - 1))];
  if (!target) return;
  target.querySelector("a").focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}
