// Two conversations of one task side by side: another trial, or another cell.

function isSameTask(a, b) {
  return a !== b && a.task === b.task && data.domains[a.run] === data.domains[b.run];
}

function nameEpisode(episode) {
  return [hasSeveralRuns && data.runs[episode.run], `trial ${episode.trial}`].filter(Boolean).join(", ");
}

function hashOf(...shown) {
  return "#" + shown.map((episode) => encodeURIComponent(episode.key)).join("&");
}

// A choice of the task's other episodes; null if there is none.
function compareSelect(episode, other) {
  const others = episodes.filter((candidate) => isSameTask(candidate, episode));
  if (!others.length) return null;
  return h("select", { id: "compare", "aria-label": "Compare with another conversation of this task", onchange: (event) => {
    location.hash = event.target.value ? hashOf(episode, episodes[event.target.value]) : hashOf(episode);
  } }, h("option", { value: "" }, other ? "Only this one" : "Compare with…"),
  others.map((candidate) => h("option", { value: candidate.number, selected: candidate === other }, `${STATUS_LABELS[candidate.status]}: ${nameEpisode(candidate)}`)));
}

function isSameTurn(a, b) {
  return ["seat", "kind", "message", "observation"].every((name) => a[name] === b[name]) && String(a.call) === String(b.call);
}

function countSharedTurns(a, b) {
  let count = 0;
  while (count < Math.min(a.turns.length, b.turns.length) && isSameTurn(a.turns[count], b.turns[count])) count += 1;
  return count;
}

function sideOf(episode, conversation, shared) {
  const heading = h("header", {}, h("h2", {}, h("a", { href: hashOf(episode) }, nameEpisode(episode))),
    h("p", { class: "notes" }, statusElement(episode.status), h("span", { class: "quiet" }, `${humanise(episode.ending)}, ${episode.turns} turns`), episode.labels.map(badge)));
  if (!conversation) return h("section", { class: "side" }, heading, h("p", { class: "quiet" }, "This page does not include this conversation."));
  const turns = conversation.turns.map((turn, index) => turnElement(turn, index === shared ? null : conversation.turns[index - 1]));
  const same = h("details", { class: "prompts", open: shared === turns.length }, h("summary", {}, shared === 1 ? "The same turn" : `The same ${shared} turns`), h("ol", { class: "chat" }, turns.slice(0, shared)));
  return h("section", { class: "side" }, heading, whyCard(conversation), shared > 0 && same, h("ol", { class: "chat" }, turns.slice(shared)),
    h("p", { class: "ended" }, "Ended: ", humanise(conversation.ending)));
}

function describeShared([a, b], shared) {
  if (!a || !b) return "";
  if (shared === a.turns.length && shared === b.turns.length) return "All turns are the same.";
  return shared ? `The first ${shared === 1 ? "turn is" : `${shared} turns are`} the same; then they differ.` : "They differ from the first turn on.";
}

function compareView(left, right, conversations) {
  const shared = conversations.every(Boolean) ? countSharedTurns(...conversations) : 0;
  return [navigationBar(left, right), h("header", {}, h("h1", { dir: "auto" }, `Task ${left.task}`), h("p", { class: "quiet reason", dir: "auto" }, left.reason),
    h("p", {}, describeShared(conversations, shared))),
  h("div", { class: "pair" }, sideOf(left, conversations[0], shared), sideOf(right, conversations[1], shared))];
}
