// Branches: the tree of all on the page, and the values that they give to the turns of a conversation.

const SVG = "http://www.w3.org/2000/svg";

function s(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.flat());
  return node;
}

// Key -> branches, in the order of the page.
function groupBy(branches, key) {
  const groups = new Map();
  for (const branch of branches) {
    if (!groups.has(key(branch))) groups.set(key(branch), []);
    groups.get(key(branch)).push(branch);
  }
  return groups;
}

const nameOf = (cell, id) => `${cell} ${id}`;
const byName = new Map(episodes.map((episode) => [nameOf(episode.cell, episode.id), episode]));
const branchesOf = groupBy(episodes.filter(({ parent }) => parent), ({ parent: [cell, id] }) => nameOf(cell, id));

function findOrigin([cell, id]) {
  return byName.get(nameOf(cell, id));
}

function originLink([cell, id]) {
  const origin = findOrigin([cell, id]);
  return origin ? h("a", { class: "mono", href: "#" + encodeURIComponent(origin.key) }, id) : h("span", { class: "mono", title: cell }, id);
}

function originLine(episode) {
  const [, , turn, attempt] = episode.parent;
  return [originLink(episode.parent), ` from turn ${turn}, try ${attempt}`];
}

function branchMark(branch) {
  const [, , , attempt] = branch.parent;
  return h("a", { class: `status ${branch.status}`, href: "#" + encodeURIComponent(branch.key), title: `${branch.id}: ${STATUS_LABELS[branch.status]}` },
    STATUS_LABELS[branch.status][0], h("span", { class: "unseen" }, ` try ${attempt}`));
}

function turnItem(branches) {
  const graded = branches.filter((branch) => branch.reward !== null);
  const passed = graded.filter((branch) => branch.status === "passed").length;
  const branched = branches.filter(({ cell, id }) => branchesOf.has(nameOf(cell, id)));
  return h("li", {}, `turn ${branches[0].parent[2]} `, branches.map((branch) => [branchMark(branch), " "]),
    h("span", { class: "count" }, graded.length ? `${passed}/${graded.length}` : ""), branched.length > 0 && h("ul", {}, branched.map(({ cell, id }) => originItem([cell, id]))));
}

// An episode; its branches, a line for each turn, are rendered when it is opened.
function originItem(name) {
  const origin = findOrigin(name);
  const render = (event) => {
    const fold = event.currentTarget;
    if (!fold.open || fold.children.length > 1) return;
    const own = [...branchesOf.get(nameOf(...name))].sort((a, b) => a.parent[2] - b.parent[2] || a.parent[3] - b.parent[3]);
    fold.append(h("ul", {}, [...groupBy(own, ({ parent }) => parent[2]).values()].map(turnItem)));
  };
  return h("li", {}, h("details", { ontoggle: render }, h("summary", {}, originLink(name), " ", origin && statusElement(origin.status))));
}

function makeBranches() {
  const names = [...branchesOf.values()].map(([{ parent }]) => parent.slice(0, 2));
  const first = names.filter((name) => !(findOrigin(name) || {}).parent);
  if (!first.length) return;
  const section = document.getElementById("branches");
  section.hidden = false;
  section.append(h("ul", { class: "tree" }, first.map(originItem)));
}

// A bar for each turn with a value; below it the turn, behind it the interval.
function valuesChart(values) {
  const [step, height] = [26, 70];
  return s("svg", { class: "plot", viewBox: `0 0 ${Math.max(values.length, 8) * step} ${height + 34}`, role: "img", "aria-label": "Value after each turn" },
    values.map(([turn, value, n, low, high], index) => s("g", {},
      s("title", {}, `after turn ${turn}: ${Math.round(100 * value)} % of ${n}, 95 %: ${Math.round(100 * low)} to ${Math.round(100 * high)} %`),
      s("rect", { class: "fill-line", x: index * step + 2, width: 16, y: height * (1 - high) + 2, height: Math.max(height * (high - low), 1) }),
      s("rect", { class: value >= 0.5 ? "fill-passed" : "fill-failed", x: index * step + 6, width: 8, y: height * (1 - value), height: height * value + 3 }),
      s("text", { x: index * step + 10, y: height + 16, "font-size": 9, "text-anchor": "middle" }, String(turn)),
      s("text", { x: index * step + 10, y: height + 28, "font-size": 8, "text-anchor": "middle" }, `${Math.round(value * n)}/${n}`))));
}

function valuesCard(conversation) {
  if (!conversation.values.length) return null;
  const { loss } = conversation;
  return h("section", { class: "card" }, h("h2", {}, "Value after each turn"), valuesChart(conversation.values),
    h("p", { class: "quiet" }, "Share of the branches behind the agent's turn that succeed; the last is the episode's own end."),
    loss && h("p", {}, loss[0] === loss[1] ? `Lost at turn ${loss[0]}.` : `Lost between turns ${loss[0]} and ${loss[1]}.`));
}
