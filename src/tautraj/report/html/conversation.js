// One conversation with its reward explained: what the page opens.

function definition(pairs) {
  return h("dl", {}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) =>
    h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, value))));
}

function mark(met) {
  return h("span", { class: `status ${met ? "passed" : "failed"}` }, met ? "✓" : "✗");
}

function check([what, met, why]) {
  return h("li", {}, mark(met), " ", h("span", { class: "unseen" }, met ? "met: " : "not met: "), h("span", { dir: "auto" }, what), why && h("div", { class: "quiet" }, why));
}

function rewardCard(one) {
  const parts = one.grade ? Object.entries(one.grade.components) : [];
  return h("section", { class: "card" }, h("h2", {}, "Reward"),
    h("p", { class: "reward" }, one.reward === null ? "none" : String(one.reward), " ", statusOf(one.status)),
    one.ungraded && h("p", {}, one.ungraded),
    parts.length > 0 && h("ul", { class: "checks" }, parts.map(([name, value]) => h("li", {}, mark(value >= 1), " ", words(name), " ", h("span", { class: "quiet" }, String(value))))),
    one.grade && Object.entries(one.grade.checks).map(([name, found]) => h("details", { open: found.length <= 6 && name in one.grade.components },
      h("summary", {}, words(name), name in one.grade.components ? "" : " (not counted)", " ", h("span", { class: "count" }, `${found.filter(([, met]) => met).length}/${found.length}`)), h("ul", { class: "checks" }, found.map(check)))),
    one.grade && one.grade.note && h("p", { class: "quiet" }, one.grade.note));
}

function labelsCard(one) {
  if (!one.violations.length && !one.labels.includes("canonical_reward") && !one.quarantine) return null;
  return h("section", { class: "card" }, h("h2", {}, "Labels"),
    one.violations.length > 0 && h("ul", {}, one.violations.map((rule) => h("li", {}, rule))),
    one.labels.includes("canonical_reward") && h("p", { class: "quiet" }, `${one.canonical} if order and 25 against 25.0 do not count`),
    one.quarantine && h("p", { class: "quiet" }, "Gold known to be bad: " + one.quarantine));
}

function usageCard(one) {
  const seats = Object.entries(one.usage);
  if (!seats.length) return null;
  return h("section", { class: "card" }, h("h2", {}, "Usage"), h("table", { class: "plain small" },
    h("thead", {}, h("tr", {}, ["", "Calls", "In", "Out", "Cost"].map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, seats.map(([seat, spent]) => h("tr", {}, [SEATS[seat], count(spent.calls), count(spent.tokens_in), count(spent.tokens_out), dollars(spent.usd)].map((text) => h("td", {}, text)))))));
}

function recordCard(one, entry) {
  const began = new Date(one.started * 1000);
  return h("section", { class: "card" }, h("h2", {}, "Record"), definition([
    ["Agent", `${one.model} · ${one.agent}`], ["Customer", `${one.user} · ${one.user_strategy}`], ["Judge", one.judge],
    ["Task", `${one.benchmark} ${one.domain} ${one.split} ${one.task_id}, trial ${one.trial}`],
    ["Ended", words(one.ending) + (one.detail ? `: ${one.detail}` : "")], ["Took", duration(Number(one.seconds) || 0)],
    ["Began", Number.isNaN(began.valueOf()) ? null : began.toISOString().slice(0, 19).replace("T", " ") + " UTC"],
    ["Episode", h("a", { class: "mono", href: "#" + encodeURIComponent(entry.key) }, one.id)], ["Run", data.urls[entry.run]], ["Seed", String(one.seed)],
    ["Data", h("span", { class: "mono" }, one.data_hash.slice(0, 12))],
    ["Versions", Object.entries(one.versions).map(([name, version]) => `${name} ${version}`).join(", ")]]));
}

function whyCard(one) {
  if (one.unexplained) return h("section", { class: "card why" }, h("h2", {}, "Why it failed"), h("p", { class: "quiet" }, "Not explained: " + one.unexplained));
  const why = one.explanation;
  if (!why) return null;
  const told = [
    why.ungraded && ["Nothing was compared", why.ungraded],
    why.diverging && ["First divergence", h("span", { class: "mono" }, why.diverging)],
    ...why.untold.map((text) => ["The customer was not told", h("span", { class: "mono" }, text)]),
    ...why.unmet.map((text) => ["Not met", text])].filter(Boolean);
  const rows = why.differences;
  return h("section", { class: "card why" }, h("h2", {}, "Why it failed"),
    told.length || rows.length ? null : h("p", {}, "Nothing differs from gold that can be shown."), definition(told),
    rows.length > 0 && h("div", { class: "wide" }, h("table", { class: "plain difference" },
      h("caption", {}, `The database differs in ${rows.length} ${rows.length === 1 ? "field" : "fields"}`),
      h("thead", {}, h("tr", {}, ["Field", "Gold", "Actual"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.slice(0, 200).map((row) => h("tr", {}, row.map((text, place) => h("td", { class: ["mono path", "mono gold", "mono actual"][place], dir: "auto" }, text.length > 600 ? text.slice(0, 600) + "…" : text)))))),
      rows.length > 200 && h("p", { class: "quiet" }, `and ${rows.length - 200} more`)));
}

function prompts(one) {
  const names = { system: "What the agent was told", tools: "The agent's tools", customer: "What the customer was told", customer_tools: "The customer's tools" };
  const made = Object.entries(names).filter(([name]) => one.prompts[name]).map(([name, title]) => h("details", {
    class: "prompt", ontoggle: async (event) => {
      const fold = event.currentTarget;
      if (fold.open && fold.children.length === 1) fold.append(h("div", {}, code(await unpacked(one.prompts[name]))));
    } }, h("summary", {}, title)));
  if (one.scenario) made.unshift(h("details", { class: "prompt" }, h("summary", {}, "Scenario"), long(one.scenario)));
  if (one.gold.length) made.push(h("details", { class: "prompt" }, h("summary", {}, "Gold actions ", h("span", { class: "count" }, String(one.gold.length))), h("ol", {}, one.gold.map((line) => h("li", { class: "mono", dir: "auto" }, line)))));
  return h("div", { class: "prompts" }, made);
}

function unfold(button) {
  const folds = document.querySelectorAll("#conversation .chat details");
  const open = [...folds].some((fold) => !fold.open);
  folds.forEach((fold) => { fold.open = open; });
  button.textContent = open ? "Fold all" : "Unfold all";
}

// The bar above: back, where this one stands among those that the table shows, its neighbours.
function bar(entry) {
  const place = shown.indexOf(entry);
  const neighbour = (by, name, sign) => {
    const other = place < 0 ? null : shown[place + by];
    return other ? h("a", { class: "button", href: "#" + encodeURIComponent(other.key), "aria-label": name, title: name }, sign)
      : h("span", { class: "button off", "aria-hidden": "true" }, sign);
  };
  return h("nav", { class: "bar", "aria-label": "Episodes" }, h("a", { class: "button", href: "#" }, "← Episodes"),
    h("span", { class: "quiet grow" }, place < 0 ? "" : `${count(place + 1)} of ${count(shown.length)}`),
    h("button", { type: "button", onclick: (event) => unfold(event.currentTarget) }, "Unfold all"),
    h("button", { type: "button", class: "print", onclick: () => print() }, "Print"),
    neighbour(-1, "Previous episode (k)", "↑"), neighbour(1, "Next episode (j)", "↓"));
}

function heading(entry) {
  return h("header", {}, several && h("p", { class: "over" }, data.runs[entry.run]),
    h("h1", { dir: "auto" }, `Task ${entry.task}`, " ", h("span", { class: "quiet" }, `trial ${entry.trial}`)),
    h("p", { class: "notes" }, statusOf(entry.status), h("span", { class: "quiet" }, words(entry.ending)), entry.labels.map(badge)));
}

function conversationOf(entry, one) {
  if (!one) {
    const command = `python flows/show.py run=${data.urls[entry.run]} episode=${entry.id}`;
    return [bar(entry), heading(entry), h("p", {}, "This page does not hold this conversation. To read it: ", h("code", {}, command))];
  }
  return [bar(entry), heading(entry), h("div", { class: "columns" },
    h("div", { class: "talk" }, whyCard(one), prompts(one), h("ol", { class: "chat" }, one.turns.map((turn, place) => turnOf(turn, one.turns[place - 1]))),
      h("p", { class: "ended" }, "Ended: ", words(one.ending), one.detail && `: ${one.detail}`)),
    h("aside", { "aria-label": "About this episode" }, rewardCard(one), labelsCard(one), usageCard(one), recordCard(one, entry)))];
}
