// Search: in an episode's row, and in what was said in its conversation.

const rowTexts = episodes.map((episode) =>
  [episode.id, episode.task, episode.reason, hasSeveralRuns ? data.runs[episode.run] : "", humanise(episode.ending), episode.ending,
    ...episode.lost, ...episode.labels, ...episode.labels.map(humanise)].join(" ").toLowerCase());
const saidTexts = new Map();  // an episode's number -> messages and calls of its conversation, and the same in lower case
let readCount = null;  // conversations read so far; null before the first search

function joinSaid(conversation) {
  return conversation.turns.flatMap((turn) => [turn.message, turn.call && turn.call[2]]).filter(Boolean).join("\n");
}

// Reads the conversations that the page includes, once. `onProgress` is called now and then, and at the end.
async function readConversations(onProgress) {
  if (readCount !== null) return;
  readCount = 0;
  let paused = performance.now();
  for (const episode of episodes.filter((episode) => episode.included)) {
    const conversation = await unpack(`c${episode.number}`);
    readCount += 1;
    if (conversation) {
      const text = joinSaid(conversation);
      saidTexts.set(episode.number, { text, lower: text.toLowerCase() });
    }
    if (performance.now() - paused > 400) {
      onProgress();
      await new Promise((resolve) => setTimeout(resolve));
      paused = performance.now();
    }
  }
  readCount = Infinity;
  onProgress();
}

function splitWords(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

function matchesWords(episode, words) {
  const said = saidTexts.get(episode.number);
  return words.every((word) => rowTexts[episode.number].includes(word) || (said && said.lower.includes(word)));
}

// The place where the first of `words` that the row does not show was said, with some text around it; or null.
function excerpt(episode, words) {
  const said = saidTexts.get(episode.number);
  const word = said && words.find((word) => !rowTexts[episode.number].includes(word));
  if (!word) return null;
  const phrase = said.lower.includes(words.join(" ")) ? words.join(" ") : word;
  const at = said.lower.indexOf(phrase);
  const start = Math.max(0, at - 60);
  return h("div", { class: "excerpt", dir: "auto" }, start ? "…" : "", said.text.slice(start, at),
    h("mark", {}, said.text.slice(at, at + phrase.length)), said.text.slice(at + phrase.length, at + phrase.length + 80), "…");
}
