// One turn of a conversation: who speaks, what nobody else heard, what was called and what came back.

const LONG = 4000;
const SEATS = { model: "Agent", user: "Customer", judge: "Judge" };

// Long text is cut, and shown whole when asked.
function long(text, tag = "div", css = "text") {
  if (text.length <= LONG) return h(tag, { class: css, dir: "auto" }, text);
  const node = h(tag, { class: css, dir: "auto" }, text.slice(0, LONG), "…");
  const rest = h("button", { type: "button", class: "quiet", onclick: () => { node.textContent = text; rest.remove(); } },
    `Show all ${count(text.length)} letters`);
  return h("div", {}, node, rest);
}

function firstLine(text, most = 110) {
  const line = text.trim().split("\n", 1)[0];
  return line.length > most ? line.slice(0, most) + "…" : line;
}

function folded(name, text, css, open = false) {
  return h("details", { class: `aside ${css}`, open },
    h("summary", {}, h("b", {}, name), " ", h("span", { class: "preview", dir: "auto" }, firstLine(text))), long(text));
}

function code(text) {
  return long(indented(text), "pre", "code");
}

function privately(turn) {
  return [
    turn.reasoning && folded("Reasoning", turn.reasoning, "reasoning"),
    turn.thought && folded("Thought", turn.thought, "thought"),
    turn.belief && folded("Belief", turn.belief, "belief"),
    turn.plan && folded("Plan", turn.plan, "plan"),
  ];
}

function spent(cost) {
  if (!cost) return null;
  const [llm, calls, tokensIn, tokensOut, usd, seconds, retries, finish] = cost;
  const told = [llm, calls > 1 && `${calls} calls`, `${count(tokensIn)} in, ${count(tokensOut)} out`, dollars(usd),
    duration(seconds), retries > 0 && `${retries} ${retries === 1 ? "retry" : "retries"}`, !["stop", "tool_calls", null].includes(finish) && `finish: ${finish}`];
  return h("div", { class: "spent" }, told.filter(Boolean).join(" · "));
}

function result(turn) {
  if (turn.observation === undefined) return null;
  const text = turn.observation;
  const bad = turn.error || turn.kind === "mistake";
  const name = turn.kind === "mistake" ? "Told" : turn.error ? "Error" : "Result";
  const short = text.length <= 160 && !text.includes("\n");
  if (short) return h("div", { class: "result" + (bad ? " bad" : "") }, h("b", {}, name), " ", h("span", { class: "mono", dir: "auto" }, text));
  return h("details", { class: "result" + (bad ? " bad" : ""), open: bad },
    h("summary", {}, h("b", {}, name), " ", h("span", { class: "preview mono" }, firstLine(text))), code(text));
}

function called(turn) {
  const [name, given, line] = turn.call;
  const short = line.length <= 120;
  const shown = short ? line.slice(name.length) : "";
  return h("div", { class: "call" },
    h("div", { class: "called" }, h("span", { class: "tool" }, name), h("span", { class: "mono given", dir: "auto" }, shown)),
    short ? null : code(given));
}

function bubble(turn) {
  const what = { mistake: "Mistake", code: "Code", plan: "Plan", belief: "Belief", tool_call: "Call" }[turn.kind];
  return [
    privately(turn),
    turn.message !== undefined && turn.kind !== "tool_call" && turn.kind !== "mistake" && h("div", { class: "bubble" }, long(turn.message)),
    turn.kind === "mistake" && h("div", { class: "wrong" }, "✗ " + what, turn.message && long(turn.message)),
    turn.code && h("details", { class: "aside code-turn", open: true }, h("summary", {}, h("b", {}, "Code")), long(turn.code, "pre", "code")),
    turn.call && called(turn),
    turn.kind === "tool_call" && turn.message && folded("Said beside the call", turn.message, "thought"),
    result(turn),
    turn.dropped && h("div", { class: "wrong" }, "Not carried out, one call at a time: ", turn.dropped.map((line) => h("div", { class: "mono", dir: "auto" }, line))),
    spent(turn.cost),
  ];
}

function turnOf(turn, before) {
  const unsaid = turn.kind === "plan" || turn.kind === "belief";
  const same = before && before.seat === turn.seat && before.given === turn.given;
  return h("li", { class: `turn ${turn.seat} is-${turn.kind}${unsaid ? " unsaid" : ""}`, value: turn.index },
    !same && h("div", { class: "who" }, SEATS[turn.seat], turn.given && " · given by the task"),
    h("span", { class: "index", "aria-hidden": "true" }, String(turn.index)), bubble(turn));
}
