// Shared by the other scripts: the page's data, elements made of text only, formatted numbers.
// Text from a run becomes text nodes and never markup: no script of the page parses HTML.

const data = JSON.parse(document.getElementById("data").textContent);
const episodes = data.rows.map((row, number) => {
  const episode = { number };
  data.fields.forEach((name, index) => { episode[name] = row[index]; });
  return episode;
});

const hasSeveralRuns = data.runs.length > 1;
const STATUS_LABELS = { passed: "✓ passed", failed: "✗ failed", ungraded: "– not graded" };

function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function humanise(name) {
  return name.replaceAll("_", " ");
}

function formatCount(number) {
  return Math.round(number).toLocaleString("en");
}

function formatUsd(usd) {
  if (usd === null) return "unpriced";
  return "$" + (usd >= 1 || usd === 0 ? usd.toFixed(2) : usd.toFixed(4));
}

function formatDuration(seconds) {
  if (seconds < 10) return seconds.toFixed(1) + " s";
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
}

function statusElement(status) {
  return h("span", { class: `status ${status}` }, STATUS_LABELS[status]);
}

function badge(name) {
  const warnings = ["acted_after_stop", "gold_known_bad", "violations", "unauthenticated_write", "unconfirmed_write"];
  return h("span", { class: "badge" + (warnings.includes(name) ? " warn" : "") }, humanise(name));
}

const MAX_DEPTH = 50;

// Indents JSON token by token: numbers are not parsed, so none changes. Other text is returned unchanged, and so is
// JSON nested deeper than MAX_DEPTH: its indents grow with the square of the depth.
function indentJson(text) {
  if (!/^\s*[[{]/.test(text) || text.length > 200000) return text;
  try { JSON.parse(text); } catch { return text; }
  let out = "";
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:]/g)) {
    if ("{[".includes(token)) { if (++depth > MAX_DEPTH) return text; out += token + line(); }
    else if ("}]".includes(token)) { depth -= 1; out = /[{[]\s*$/.test(out.slice(-40)) ? out.trimEnd() + token : out + line() + token; }
    else if (token === ",") out += token + line();
    else out += token === ":" ? ": " : token;
  }
  return out;
}

// An argument of a shell command: quoted unless it is of plain characters, as Python's shlex.quote does.
function quoteForShell(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\"'\"'")}'`;
}

// Inverse of `pack_value` in conversation_data.py: base64 of zlib of JSON. Null if the page does not include it.
async function unpack(id) {
  let node = document.getElementById(id);
  if (!node && document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
    node = document.getElementById(id);
  }
  if (!node) return null;
  const bytes = Uint8Array.from(atob(node.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}
