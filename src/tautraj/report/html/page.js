// Switches between overview and conversation by the address's fragment; handles the keyboard.

const overview = document.getElementById("overview");
const conversationPane = document.getElementById("conversation");
const title = document.title;
let current = null;
let compared = null;
let savedScroll = 0;

// The episodes whose keys the address names: none, one, or two to compare.
function episodesFromHash() {
  return location.hash.slice(1).split("&").slice(0, 2).map((key) => {
    try { key = decodeURIComponent(key); } catch { /* not the key of an episode */ }
    return episodes.find((episode) => episode.key === key) || null;
  });
}

function loadConversation(episode) {
  return episode.included ? unpack(`c${episode.number}`) : null;
}

async function route() {
  const [episode, other = null] = episodesFromHash();
  if (episode === current && other === compared) return;
  if (!current) savedScroll = scrollY;
  const previous = current;
  [current, compared] = [episode, other];
  if (!episode) {
    conversationPane.hidden = true;
    overview.hidden = false;
    document.title = title;
    scrollTo(0, savedScroll);
    const row = previous && tableBody.querySelector(`tr[data-number="${previous.number}"] a`);
    if (row) row.focus({ preventScroll: true });
    return;
  }
  const conversations = await Promise.all([episode, other].filter(Boolean).map(loadConversation));
  if (current !== episode || compared !== other) return;  // another episode was opened meanwhile
  conversationPane.replaceChildren(...(other ? compareView(episode, other, conversations) : conversationView(episode, conversations[0])));
  overview.hidden = true;
  conversationPane.hidden = false;
  document.title = `Task ${episode.task} · ${title}`;
  scrollTo(0, 0);
  conversationPane.focus({ preventScroll: true });
}

// Routes at once: `hashchange` comes later, and the next key press may come before it.
function openEpisode(episode) {
  location.hash = episode ? encodeURIComponent(episode.key) : "";
  route();
}

function openNeighbour(offset) {
  const neighbour = visible[visible.indexOf(current) + offset];
  if (visible.includes(current) && neighbour) openEpisode(neighbour);
}

function onKey(event) {
  const typing = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    if (current) openEpisode(null);
    else if (typing) typing.blur();
    return;
  }
  if (typing) {
    if (event.key === "Enter" || event.key === "ArrowDown") { if (typing.id === "search") { event.preventDefault(); moveFocus(0); } }
    return;
  }
  const offset = { j: 1, k: -1 }[event.key] || (current ? 0 : { ArrowDown: 1, ArrowUp: -1 }[event.key]);
  const listed = tableBody.contains(document.activeElement);
  if (offset && (current || listed || event.key === "j" || event.key === "k")) {
    event.preventDefault();
    if (current) openNeighbour(offset); else moveFocus(offset);
  } else if (event.key === "/" && !current) {
    event.preventDefault();
    document.getElementById("search").focus();
  }
}

// Folds are opened for printing, except prompts.
let unfoldedForPrint = [];
addEventListener("beforeprint", () => {
  unfoldedForPrint = [...document.querySelectorAll("#conversation details:not(.prompt):not([open])")];
  unfoldedForPrint.forEach((fold) => { fold.open = true; });
});
addEventListener("afterprint", () => unfoldedForPrint.forEach((fold) => { fold.open = false; }));
addEventListener("hashchange", route);
addEventListener("keydown", onKey);
makeTable();
makeRunsTable();
makeBranches();
route();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
