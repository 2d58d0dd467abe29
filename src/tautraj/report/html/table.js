// The table of episodes: what is shown of them, in which order. Rows are made as they come into view.

const STEP = 100;
const several = data.runs.length > 1;
const collator = new Intl.Collator("en", { numeric: true });
const order = { failed: 0, ungraded: 1, passed: 2 };

const COLUMNS = [
  { name: "status", title: "Result", by: (one) => order[one.status], show: (one) => statusOf(one.status) },
  { name: "task", title: "Task", by: (one) => one.task, show: (one) => link(one) },
  { name: "trial", title: "Trial", number: true, by: (one) => one.trial, show: (one) => String(one.trial) },
  several && { name: "run", title: "Cell", by: (one) => data.runs[one.run], show: (one) => data.runs[one.run] },
  { name: "lost", title: "Lost on", by: (one) => one.lost.join(), show: (one) => one.lost.map(words).join(", ") },
  { name: "ending", title: "Ending", by: (one) => one.ending, show: (one) => words(one.ending) },
  { name: "turns", title: "Turns", number: true, by: (one) => one.turns, show: (one) => count(one.turns) },
  { name: "calls", title: "Calls", number: true, by: (one) => one.calls, show: (one) => count(one.calls) },
  { name: "mistakes", title: "Mistakes", number: true, by: (one) => one.mistakes, show: (one) => one.mistakes ? count(one.mistakes) : "" },
  { name: "seconds", title: "Time", number: true, by: (one) => one.seconds, show: (one) => duration(one.seconds) },
  { name: "tokens", title: "Tokens", number: true, by: (one) => one.tokens, show: (one) => one.tokens ? count(one.tokens) : "" },
  { name: "usd", title: "Cost", number: true, by: (one) => one.usd ?? -1, show: (one) => one.tokens ? dollars(one.usd) : "" },
  { name: "labels", title: "Labels", by: (one) => one.labels.length, show: (one) => one.labels.map(badge) },
].filter(Boolean);

const wanted = { text: "", status: "", run: "", ending: "", label: "" };
const sorted = { name: null, down: false };
let shown = episodes;
let made = 0;
const body = h("tbody");
const counter = h("span", { class: "counter", role: "status", "aria-live": "polite" });
const haystacks = episodes.map((one) =>
  [one.id, one.task, several ? data.runs[one.run] : "", words(one.ending), one.ending, ...one.lost, ...one.labels, ...one.labels.map(words)]
    .join(" ").toLowerCase());

function link(one) {
  return h("a", { href: "#" + encodeURIComponent(one.key), title: one.id }, one.task);
}

function matches(one) {
  return (!wanted.status || one.status === wanted.status)
    && (!wanted.run || one.run === Number(wanted.run))
    && (!wanted.ending || one.ending === wanted.ending)
    && (!wanted.label || one.labels.includes(wanted.label))
    && wanted.text.toLowerCase().split(/\s+/).every((word) => haystacks[one.number].includes(word));
}

function choose() {
  shown = episodes.filter(matches);
  const column = COLUMNS.find((one) => one.name === sorted.name);
  if (column) {
    const compare = (a, b) => typeof a === "number" ? a - b : collator.compare(a, b);
    const sign = sorted.down ? -1 : 1;
    shown.sort((a, b) => sign * compare(column.by(a), column.by(b)) || a.number - b.number);
  }
  counter.textContent = shown.length === episodes.length
    ? `${count(episodes.length)} episodes` : `${count(shown.length)} of ${count(episodes.length)} episodes`;
  body.replaceChildren();
  made = 0;
  grow();
  document.querySelectorAll("#table th").forEach((head) => {
    const here = head.dataset.name === sorted.name;
    head.setAttribute("aria-sort", here ? (sorted.down ? "descending" : "ascending") : "none");
  });
}

function grow() {
  const next = shown.slice(made, made + STEP);
  body.append(...next.map((one) => h("tr", { "data-number": one.number, class: one.held ? null : "absent" },
    COLUMNS.map((column) => h("td", { class: (column.number ? "number " : "") + "is-" + column.name }, column.show(one))))));
  made += next.length;
  const rest = shown.length - made;
  document.getElementById("more").replaceChildren(
    rest > 0 ? h("button", { type: "button", onclick: grow }, `${count(rest)} more`)
      : shown.length ? "" : "No episode is like that.");
}

function select(name, title, options) {
  const made = h("select", { id: `by-${name}`, "aria-label": title, onchange: (event) => { wanted[name] = event.target.value; choose(); } },
    h("option", { value: "" }, title), options.map(([value, text]) => h("option", { value }, text)));
  return options.length > 1 ? made : null;
}

function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function statusButtons() {
  const counts = new Map([["", episodes.length], ...tally(episodes.map((one) => one.status))]);
  const names = { "": "All", passed: "Passed", failed: "Failed", ungraded: "Not graded" };
  const buttons = Object.entries(names).filter(([status]) => counts.get(status)).map(([status, name]) =>
    h("button", {
      type: "button", "aria-pressed": String(status === ""), "data-status": status,
      onclick: (event) => {
        wanted.status = status;
        for (const one of event.currentTarget.parentNode.children) one.setAttribute("aria-pressed", String(one === event.currentTarget));
        choose();
      },
    }, name + " ", h("span", { class: "count" }, count(counts.get(status)))));
  return h("div", { class: "segments", role: "group", "aria-label": "Result" }, buttons);
}

function makeTable() {
  const search = h("input", { id: "search", type: "search", placeholder: "Search tasks, ids, endings, labels",
    "aria-label": "Search episodes", autocomplete: "off", spellcheck: "false",
    oninput: (event) => { wanted.text = event.target.value.trim(); choose(); } });
  const numbered = (pairs) => pairs.map(([value, n]) => [value, `${words(value)} (${count(n)})`]);
  document.getElementById("filters").append(
    statusButtons(), search,
    several ? select("run", "Every cell", data.runs.map((name, number) => [String(number), name])) : "",
    select("ending", "Every ending", numbered(tally(episodes.map((one) => one.ending)))) || "",
    select("label", "Any labels", numbered(tally(episodes.flatMap((one) => one.labels)))) || "",
    counter);
  const sortBy = (name) => () => {
    sorted.down = sorted.name === name && !sorted.down;
    sorted.name = name;
    choose();
  };
  document.getElementById("table").append(
    h("caption", { class: "unseen" }, "Episodes; a task's name opens its conversation"),
    h("thead", {}, h("tr", {}, COLUMNS.map((column) => h("th", { scope: "col", "data-name": column.name, class: (column.number ? "number " : "") + "is-" + column.name },
      h("button", { type: "button", onclick: sortBy(column.name) }, column.title))))),
    body);
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !event.target.closest("a") && !String(getSelection())) go(episodes[row.dataset.number]);
  });
  new IntersectionObserver((seen) => { if (seen[0].isIntersecting && made < shown.length) grow(); }, { rootMargin: "600px" })
    .observe(document.getElementById("more"));
  choose();
}

// Moves the focus by so many rows; the first press goes to the first row in sight.
function move(by) {
  const rows = [...body.children];
  let place = rows.findIndex((row) => row.contains(document.activeElement));
  place = place < 0 ? Math.max(0, rows.findIndex((row) => row.getBoundingClientRect().top >= 0)) : place + by;
  if (place >= made) grow();
  const target = body.children[Math.max(0, Math.min(place, body.children.length - 1))];
  if (!target) return;
  target.querySelector("a").focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}
