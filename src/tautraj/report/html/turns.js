// One turn of a conversation: speaker, private reasoning, message, tool call and result.

const MAX_CHARACTERS = 4000;
const CHARACTERS_PER_STEP = 250000;  // laying out ten megabytes at once takes a browser minutes
const SEATS = { model: "Agent", user: "Customer", judge: "Judge" };

// Text of more than MAX_CHARACTERS is cut; a button shows all of it, or CHARACTERS_PER_STEP more.
function longText(text, tag = "div", css = "text") {
  if (text.length <= MAX_CHARACTERS) return h(tag, { class: css, dir: "auto" }, text);
  const node = h(tag, { class: css, dir: "auto" });
  const rest = h("button", { type: "button", class: "quiet", onclick: () => show(shown + CHARACTERS_PER_STEP) });
  let shown = 0;
  const show = (length) => {
    node.replaceChildren(text.slice(0, length), length < text.length ? "…" : "");
    shown = length;
    rest.textContent = text.length - shown <= CHARACTERS_PER_STEP ? `Show all ${formatCount(text.length)} letters`
      : `Show ${formatCount(CHARACTERS_PER_STEP)} more of ${formatCount(text.length)} letters`;
    if (shown >= text.length) rest.remove();
  };
  show(MAX_CHARACTERS);
  return h("div", {}, node, rest);
}

function firstLine(text, most = 110) {
  const line = text.trim().split("\n", 1)[0];
  return line.length > most ? line.slice(0, most) + "…" : line;
}

function foldable(name, text, css, open = false) {
  return h("details", { class: `aside ${css}`, open },
    h("summary", {}, h("b", {}, name), " ", h("span", { class: "preview", dir: "auto" }, firstLine(text))), longText(text));
}

function codeBlock(text) {
  return longText(indentJson(text), "pre", "code");
}

function privateChannels(turn) {
  return [
    turn.reasoning && foldable("Reasoning", turn.reasoning, "reasoning"),
    turn.thought && foldable("Thought", turn.thought, "thought"),
    turn.belief && foldable("Belief", turn.belief, "belief"),
    turn.plan && foldable("Plan", turn.plan, "plan"),
  ];
}

function costLine(cost) {
  if (!cost) return null;
  const [llm, calls, tokensIn, tokensOut, usd, seconds, retries, finish] = cost;
  const parts = [llm, calls > 1 && `${calls} calls`, `${formatCount(tokensIn)} in, ${formatCount(tokensOut)} out`, formatUsd(usd),
    formatDuration(seconds), retries > 0 && `${retries} ${retries === 1 ? "retry" : "retries"}`, !["stop", "tool_calls", null].includes(finish) && `finish: ${finish}`];
  return h("div", { class: "spent" }, parts.filter(Boolean).join(" · "));
}

function resultBlock(turn) {
  if (turn.observation === undefined) return null;
  const text = turn.observation;
  const bad = turn.error || turn.kind === "mistake";
  const name = turn.kind === "mistake" ? "Feedback" : turn.error ? "Error" : "Result";
  const short = text.length <= 160 && !text.includes("\n");
  if (short) return h("div", { class: "result" + (bad ? " bad" : "") }, h("b", {}, name), " ", h("span", { class: "mono", dir: "auto" }, text));
  return h("details", { class: "result" + (bad ? " bad" : ""), open: bad },
    h("summary", {}, h("b", {}, name), " ", h("span", { class: "preview mono" }, firstLine(text))), codeBlock(text));
}

function callBlock(turn) {
  const [name, callArguments, line] = turn.call;
  const short = line.length <= 120;
  const shortArguments = short ? line.slice(name.length) : "";
  return h("div", { class: "call" },
    h("div", { class: "called" }, h("span", { class: "tool" }, name), h("span", { class: "mono given", dir: "auto" }, shortArguments)),
    short ? null : codeBlock(callArguments));
}

function turnBody(turn) {
  return [
    privateChannels(turn),
    turn.message !== undefined && turn.kind !== "tool_call" && turn.kind !== "mistake" && h("div", { class: "bubble" }, longText(turn.message)),
    turn.kind === "mistake" && h("div", { class: "wrong" }, "✗ Mistake", turn.message && longText(turn.message)),
    turn.code && h("details", { class: "aside code-turn", open: true }, h("summary", {}, h("b", {}, "Code")), longText(turn.code, "pre", "code")),
    turn.call && callBlock(turn),
    turn.kind === "tool_call" && turn.message && foldable("Message with the call", turn.message, "thought"),
    resultBlock(turn),
    turn.dropped && h("div", { class: "wrong" }, "Not executed, one call at a time: ", turn.dropped.map((line) => h("div", { class: "mono", dir: "auto" }, line))),
    turn.faults && h("div", { class: "wrong" }, turn.faults.map((line) => h("div", { dir: "auto" }, "Fault of the customer: " + line))),
    costLine(turn.cost),
  ];
}

function turnElement(turn, previous) {
  const unsaid = turn.kind === "plan" || turn.kind === "belief";
  const same = previous && previous.seat === turn.seat && previous.given === turn.given;
  return h("li", { class: `turn ${turn.seat} is-${turn.kind}${unsaid ? " unsaid" : ""}`, value: turn.index },
    !same && h("div", { class: "who" }, SEATS[turn.seat], turn.given && " · given by the task"),
    h("span", { class: "index", "aria-hidden": "true" }, String(turn.index)), turnBody(turn));
}
