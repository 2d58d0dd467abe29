// One conversation with its reward explained.

function definition(pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, value))));
}

function checkMark(met) {
  return h("span", { class: `status ${met ? "passed" : "failed"}` }, met ? "✓" : "✗");
}

function checkItem([name, met, reason]) {
  return h("li", {}, checkMark(met), " ", h("span", { class: "unseen" }, met ? "met: " : "not met: "), h("span", { dir: "auto" }, name), reason && h("div", { class: "quiet" }, reason));
}

function rewardCard(conversation) {
  const parts = conversation.grade ? Object.entries(conversation.grade.components) : [];
  return h("section", { class: "card" }, h("h2", {}, "Reward"),
    h("p", { class: "reward" }, conversation.reward === null ? "none" : String(conversation.reward), " ", statusElement(conversation.status)),
    conversation.ungraded && h("p", {}, conversation.ungraded),
    parts.length > 0 && h("ul", { class: "checks" }, parts.map(([name, value]) => h("li", {}, checkMark(value >= 1), " ", humanise(name), " ", h("span", { class: "quiet" }, String(value))))),
    conversation.grade && Object.entries(conversation.grade.checks).map(([name, checks]) => h("details", { open: checks.length <= 6 && name in conversation.grade.components },
      h("summary", {}, humanise(name), name in conversation.grade.components ? "" : " (not counted)", " ", h("span", { class: "count" }, `${checks.filter(([, met]) => met).length}/${checks.length}`)), h("ul", { class: "checks" }, checks.map(checkItem)))),
    conversation.grade && conversation.grade.note && h("p", { class: "quiet" }, conversation.grade.note));
}

function labelsCard(conversation) {
  if (!conversation.violations.length && !conversation.labels.includes("canonical_reward") && !conversation.quarantine) return null;
  return h("section", { class: "card" }, h("h2", {}, "Labels"),
    conversation.violations.length > 0 && h("ul", {}, conversation.violations.map((rule) => h("li", {}, rule))),
    conversation.labels.includes("canonical_reward") && h("p", { class: "quiet" }, `${conversation.canonical} if order and 25 versus 25.0 are ignored`),
    conversation.quarantine && h("p", { class: "quiet" }, "Gold known to be bad: " + conversation.quarantine));
}

function usageCard(conversation) {
  const seats = Object.entries(conversation.usage);
  if (!seats.length) return null;
  return h("section", { class: "card" }, h("h2", {}, "Usage"), h("table", { class: "plain small" },
    h("thead", {}, h("tr", {}, ["", "Calls", "In", "Out", "Cost"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, seats.map(([seat, usage]) => h("tr", {}, [SEATS[seat], formatCount(usage.calls), formatCount(usage.tokens_in), formatCount(usage.tokens_out), formatUsd(usage.usd)].map((text) => h("td", {}, text)))))));
}

function recordCard(conversation, episode) {
  const started = new Date(conversation.started * 1000);
  return h("section", { class: "card" }, h("h2", {}, "Record"), definition([
    ["Agent", `${conversation.model} · ${conversation.agent}`], ["Customer", `${conversation.user} · ${conversation.user_strategy}`], ["Judge", conversation.judge],
    ["Task", `${conversation.benchmark} ${conversation.domain} ${conversation.split} ${conversation.task_id}, trial ${conversation.trial}`],
    ["Ended", humanise(conversation.ending) + (conversation.detail ? `: ${conversation.detail}` : "")], ["Took", formatDuration(Number(conversation.seconds) || 0)],
    ["Began", Number.isNaN(started.valueOf()) ? null : started.toISOString().slice(0, 19).replace("T", " ") + " UTC"],
    ["Branch of", episode.parent && originLine(episode)],
    ["Episode", h("a", { class: "mono", href: "#" + encodeURIComponent(episode.key) }, conversation.id)], ["Run", data.urls[episode.run]], ["Seed", String(conversation.seed)],
    ["Data", h("span", { class: "mono" }, conversation.data_hash.slice(0, 12))],
    ["Versions", Object.entries(conversation.versions).map(([name, version]) => `${name} ${version}`).join(", ")]]));
}

function whyCard(conversation) {
  if (conversation.unexplained) return h("section", { class: "card why" }, h("h2", {}, "Why it failed"), h("p", { class: "quiet" }, "Not explained: " + conversation.unexplained));
  const { explanation } = conversation;
  if (!explanation) return null;
  const facts = [
    explanation.ungraded && ["Nothing was compared", explanation.ungraded],
    explanation.diverging && ["First divergence", h("span", { class: "mono" }, explanation.diverging)],
    ...explanation.untold.map((text) => ["The customer was not told", h("span", { class: "mono" }, text)]),
    ...explanation.unmet.map((text) => ["Not met", text])].filter(Boolean);
  const rows = explanation.differences;
  return h("section", { class: "card why" }, h("h2", {}, "Why it failed"),
    facts.length || rows.length ? null : h("p", {}, "No difference from gold can be shown."), definition(facts),
    rows.length > 0 && h("div", { class: "wide" }, h("table", { class: "plain difference" },
      h("caption", {}, `The database differs in ${rows.length} ${rows.length === 1 ? "field" : "fields"}`),
      h("thead", {}, h("tr", {}, ["Field", "Gold", "Actual"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.slice(0, 200).map((row) => h("tr", {}, row.map((text, index) => h("td", { class: ["mono path", "mono gold", "mono actual"][index], dir: "auto" }, text.length > 600 ? text.slice(0, 600) + "…" : text)))))),
      rows.length > 200 && h("p", { class: "quiet" }, `and ${rows.length - 200} more`)));
}

function promptList(conversation) {
  const names = { system: "What the agent was told", tools: "The agent's tools", customer: "What the customer was told", customer_tools: "The customer's tools" };
  const folds = Object.entries(names).filter(([name]) => conversation.prompts[name]).map(([name, title]) => h("details", {
    class: "prompt", ontoggle: async (event) => {
      const fold = event.currentTarget;
      if (fold.open && fold.children.length === 1) fold.append(h("div", {}, codeBlock(await unpack(conversation.prompts[name]))));
    } }, h("summary", {}, title)));
  if (conversation.scenario) folds.unshift(h("details", { class: "prompt" }, h("summary", {}, "Scenario"), longText(conversation.scenario)));
  if (conversation.gold.length) folds.push(h("details", { class: "prompt" }, h("summary", {}, "Gold actions ", h("span", { class: "count" }, String(conversation.gold.length))), h("ol", {}, conversation.gold.map((line) => h("li", { class: "mono", dir: "auto" }, line)))));
  return h("div", { class: "prompts" }, folds);
}

function toggleFolds(button) {
  const folds = document.querySelectorAll("#conversation .chat details");
  const open = [...folds].some((fold) => !fold.open);
  folds.forEach((fold) => { fold.open = open; });
  button.textContent = open ? "Fold all" : "Unfold all";
}

// Back, the episode's position among the visible ones, its neighbours.
function navigationBar(episode, other = null) {
  const index = visible.indexOf(episode);
  const neighbour = (offset, name, sign) => {
    const other = index < 0 ? null : visible[index + offset];
    return other ? h("a", { class: "button", href: "#" + encodeURIComponent(other.key), "aria-label": name, title: name }, sign)
      : h("span", { class: "button off", "aria-hidden": "true" }, sign);
  };
  return h("nav", { class: "bar", "aria-label": "Episodes" }, h("a", { class: "button", href: "#" }, "← Episodes"),
    h("span", { class: "quiet grow" }, index < 0 ? "" : `${formatCount(index + 1)} of ${formatCount(visible.length)}`),
    compareSelect(episode, other),
    h("button", { type: "button", onclick: (event) => toggleFolds(event.currentTarget) }, "Unfold all"),
    h("button", { type: "button", class: "print", onclick: () => print() }, "Print"),
    neighbour(-1, "Previous episode (k)", "↑"), neighbour(1, "Next episode (j)", "↓"));
}

function pageHeading(episode) {
  return h("header", {}, hasSeveralRuns && h("p", { class: "over" }, data.runs[episode.run]),
    h("h1", { dir: "auto" }, `Task ${episode.task}`, " ", h("span", { class: "quiet" }, `trial ${episode.trial}`)),
    episode.reason && h("p", { class: "quiet reason", dir: "auto" }, episode.reason),
    h("p", { class: "notes" }, statusElement(episode.status), h("span", { class: "quiet" }, humanise(episode.ending)), episode.labels.map(badge)));
}

function conversationView(episode, conversation) {
  if (!conversation) {
    const command = `python flows/show.py ${quoteForShell(`run=${data.urls[episode.run]}`)} ${quoteForShell(`episode=${episode.id}`)}`;
    return [navigationBar(episode), pageHeading(episode), h("p", {}, "This page does not include this conversation. To read it: ", h("code", {}, command))];
  }
  return [navigationBar(episode), pageHeading(episode), h("div", { class: "columns" },
    h("div", { class: "talk" }, whyCard(conversation), promptList(conversation), h("ol", { class: "chat" }, conversation.turns.map((turn, index) => turnElement(turn, conversation.turns[index - 1]))),
      h("p", { class: "ended" }, "Ended: ", humanise(conversation.ending), conversation.detail && `: ${conversation.detail}`)),
    h("aside", { "aria-label": "About this episode" }, rewardCard(conversation), valuesCard(conversation), labelsCard(conversation), usageCard(conversation), recordCard(conversation, episode)))];
}
