// The table of runs: its columns sort it, and a run's name shows its episodes only.

function sortRuns(table, index) {
  const head = table.tHead.rows[0].cells[index];
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const order = (row) => row.cells[index].dataset.order;
  const compare = head.classList.contains("number") ? (a, b) => Number(order(a)) - Number(order(b)) : (a, b) => collator.compare(order(a), order(b));
  table.tBodies[0].append(...[...table.tBodies[0].rows].sort((a, b) => (down ? -1 : 1) * compare(a, b) || a.dataset.run - b.dataset.run));
}

function showRun(number) {
  filters.run = number;
  document.getElementById("by-run").value = number;
  applyFilters();
  document.getElementById("episodes").scrollIntoView();
}

function makeRunsTable() {
  const table = document.getElementById("runs");
  if (!table) return;
  [...table.tHead.rows[0].cells].forEach((head, index) => {
    head.replaceChildren(h("button", { type: "button", onclick: () => sortRuns(table, index) }, head.textContent));
    head.setAttribute("aria-sort", "none");
  });
  for (const row of table.tBodies[0].rows) {
    const name = row.cells[0];
    name.replaceChildren(h("button", { type: "button", class: "quiet", title: "Show its episodes", onclick: () => showRun(row.dataset.run) }, name.textContent));
  }
}
