"use strict";

/** Turns the buttons of `list` into tabs (WAI-ARIA): arrow keys move, each tab shows the panel that it controls. */
function tabs(list) {
  const all = [...list.children];
  const select = chosen => all.forEach(tab => {
    const isChosen = tab === chosen;
    tab.ariaSelected = String(isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
  });
  list.addEventListener("click", event => all.includes(event.target) && select(event.target));
  list.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const next = all.at((all.indexOf(document.activeElement) + step) % all.length);
      select(next);
      next.focus();
    }
  });
}

/** The tools above the log: filter, JSON view, pause, copy, export and clear. */
function logTools(log, say) {
  const $ = id => document.getElementById(id);

  const toggle = (button, change) => button.addEventListener("click", () => {
    const pressed = button.ariaPressed !== "true";
    button.ariaPressed = String(pressed);
    change(pressed);
  });

  /** Works also if the page has no clipboard, because it is neither from https nor from this machine. */
  async function copy(text) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    if (!copied) {
      throw new Error("the browser does not allow it");
    }
  }

  $("filter").addEventListener("input", () => log.filter($("filter").value));
  toggle($("pretty"), pressed => { log.pretty = pressed; });
  toggle($("pause"), pressed => { log.paused = pressed; });
  $("clear").addEventListener("click", () => log.clear());
  $("copy").addEventListener("click", () => {
    const { lines } = log;
    copy(lines.map(line => line.toText()).join("\n"))
        .then(() => say("note", `Copied ${formatCount(lines.length, "line")}.`),
            error => say("bad", `Nothing was copied: ${error.message}`));
  });
  $("export").addEventListener("click", () => {
    const text = log.lines.map(line => `${JSON.stringify(line)}\n`).join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/jsonl" }));
    link.download = `broadcast-${new Date().toISOString().replace(/[:.]/g, "-")}.jsonl`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
