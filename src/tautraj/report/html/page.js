// Which of the two is shown, by the address's fragment, and the keyboard.

const overview = document.getElementById("overview");
const pane = document.getElementById("conversation");
const title = document.title;
let opened = null;
let left = 0;

function named() {
  let key = location.hash.slice(1);
  try { key = decodeURIComponent(key); } catch { /* it is nobody's */ }
  return episodes.find((one) => one.key === key) || null;
}

async function route() {
  const entry = named();
  if (entry === opened) return;
  if (!opened) left = scrollY;
  const before = opened;
  opened = entry;
  if (!entry) {
    pane.hidden = true;
    overview.hidden = false;
    document.title = title;
    scrollTo(0, left);
    const row = body.querySelector(`tr[data-number="${before.number}"] a`);
    if (row) row.focus({ preventScroll: true });
    return;
  }
  const one = entry.held ? await unpacked(`c${entry.number}`) : null;
  if (opened !== entry) return;  // somebody was quicker
  pane.replaceChildren(...conversationOf(entry, one));
  overview.hidden = true;
  pane.hidden = false;
  document.title = `Task ${entry.task} · ${title}`;
  scrollTo(0, 0);
  pane.focus({ preventScroll: true });
}

// At once: the event comes later, and a quick hand may be elsewhere by then.
function go(entry) {
  location.hash = entry ? encodeURIComponent(entry.key) : "";
  route();
}

function step(by) {
  const other = shown[shown.indexOf(opened) + by];
  if (shown.includes(opened) && other) go(other);
}

function onKey(event) {
  const typing = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (opened) go(null);
    else if (typing) typing.blur();
    return;
  }
  if (typing) {
    if (event.key === "Enter" || event.key === "ArrowDown") { if (typing.id === "search") { event.preventDefault(); move(0); } }
    return;
  }
  const by = { j: 1, k: -1 }[event.key] || (opened ? 0 : { ArrowDown: 1, ArrowUp: -1 }[event.key]);
  const listed = body.contains(document.activeElement);
  if (by && (opened || listed || event.key === "j" || event.key === "k")) {
    event.preventDefault();
    if (opened) step(by); else move(by);
  } else if (event.key === "/" && !opened) {
    event.preventDefault();
    document.getElementById("search").focus();
  }
}

// What is folded cannot be read on paper; prompts stay as they are.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("#conversation details:not(.prompt):not([open])")];
  unfolded.forEach((fold) => { fold.open = true; });
});
addEventListener("afterprint", () => unfolded.forEach((fold) => { fold.open = false; }));
addEventListener("hashchange", route);
addEventListener("keydown", onKey);
makeTable();
route();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
