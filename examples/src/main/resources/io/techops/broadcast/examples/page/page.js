"use strict";

/* The page itself: the connection and the texts about it, the forms, the figures. */
(() => {
  const MOST_LINES = 1_000;
  /* Chromium takes seconds to draw a field with thousands of selected lines, and is blocked meanwhile. */
  const MOST_SELECTED = 2_000;
  const CODES = new Map([
    [1000, "normal"], [1001, "going away"], [1002, "protocol error"], [1003, "unsupported data"],
    [1005, "none given"], [1006, "no close frame"], [1007, "invalid data"], [1008, "policy violation"],
    [1009, "message too big"], [1011, "server error"], [1012, "service restart"], [1013, "try again later"],
  ]);
  const GAPS = new Map([
    ["evicted", "no longer kept"], ["epoch", "the log began anew"], ["future", "the position is ahead of the log"],
    ["overflow", "this page was too slow"],
  ]);

  const $ = id => document.getElementById(id);
  const fromFile = location.protocol === "file:";
  const target = new Target($("target"));
  const echoes = new Echoes();
  const plot = new Plot($("plot"), $("legend").children, $("rate"));
  const peers = new Peers($("peers"), plot);
  const log = new Log($("log"), $("newest"), MOST_LINES, unseen => {
    $("pause").textContent = unseen > 0 ? `Resume (${unseen.toLocaleString("en")} new)`
        : $("pause").ariaPressed === "true" ? "Resume" : "Pause";
  });
  const say = (kind, what, more = {}) => log.add({ kind, what, ...more });
  let connection = null;
  let connected = ""; // the content of the fields when the connection was made
  let tried = false;
  let sent = 0;
  let received = 0;
  let gaps = 0;
  let missed = 0;

  const loop = new Loop($("delay"), $("loop-toggle"), { connection: () => connection, send, say });

  function show(state, words) {
    $("state").dataset.state = state;
    $("state").textContent = words;
    showButtons();
  }

  function showButtons() {
    const state = connection?.state ?? "closed";
    const changed = connected !== target.text;
    $("connect").textContent = state === "closed" ? "Connect" : changed ? "Reconnect" : "Connect now";
    const hidden = !changed && (state === "open" || state === "connecting");
    if (hidden && document.activeElement === $("connect")) {
      $("message").focus();
    }
    $("connect").hidden = hidden;
    $("disconnect").hidden = state === "closed";
  }

  function showFigures() {
    $("counts").textContent = `${sent.toLocaleString("en")} sent, ${received.toLocaleString("en")} received`;
    $("round-trip").textContent = echoes.median === undefined ? "–" : formatMillis(echoes.median);
    $("position").textContent = connection?.lastEventId || "–";
    $("gaps").textContent = gaps === 0 ? "0" : `${gaps} (${missed > 0 ? missed.toLocaleString("en") : "?"} missed)`;
  }

  /** Once for each frame, so that a flood of messages does not lay out the figures for each message. */
  let figures = 0;
  function updateFigures() {
    figures ||= setTimeout(() => {
      figures = 0;
      showFigures();
    }, 16);
  }

  function send(text) {
    if (!connection?.send(text)) {
      say("bad", "Not connected.");
      return false;
    }
    sent++;
    echoes.sent(text);
    say("sent", "Sent: ", { text });
    updateFigures();
    return true;
  }

  function receive({ data, id, key, direct }) {
    received++;
    plot.count();
    updateFigures();
    const about = direct ? ["to this page alone"] : [];
    if (typeof data !== "string") {
      const bytes = new Uint8Array(data);
      say("received", `Got binary: ${formatCount(bytes.length, "byte")}\n`, { bytes, id, key, about });
      return;
    }
    const millis = direct ? undefined : echoes.match(data);
    if (millis === undefined) {
      say("received", "Got: ", { text: data, id, key, about });
    } else {
      say("echo", "Got echo: ", { text: data, id, key, about: [formatMillis(millis)] });
    }
  }

  /** The lines about the state of a connection. */
  function listen(socket, url) {
    const on = (type, react) => socket.addEventListener(type, event => {
      if (socket === connection) {
        react(event);
      }
    });
    on("state", ({ state }) => {
      peers.follow(state === "open" ? url : null);
      if (state === "connecting") {
        show("connecting", `Connecting to ${url}`);
      }
      showButtons();
    });
    on("open", ({ id, recovered, numbered }) => {
      show("open", `Connected to ${url}`);
      say("good", `Connected to ${url}`, { id, about:
          [!numbered ? "plain" : recovered ? "numbered, nothing was missed" : "numbered"] });
      tried = true;
      updateFigures();
      loop.resume();
    });
    on("message", receive);
    on("gap", ({ id, reason, missed: count }) => {
      gaps++;
      missed += count ?? 0;
      say("gap", `Gap: ${count === undefined ? "messages are" : formatCount(count, "message is", "messages are")} `
          + `missing, ${GAPS.get(reason) ?? reason}; the stream goes on.`, { id, about: [reason] });
      updateFigures();
    });
    on("close", closed);
  }

  function closed({ code, reason, wasClean, retryIn }) {
    echoes.clear();
    const words = CODES.has(code) ? `${code} (${CODES.get(code)})` : code;
    say(wasClean ? "note" : "bad", `Connection closed: ${wasClean ? "clean" : "not clean"}, code ${words}, `
        + (reason ? "reason: " : "no reason"), { text: reason });
    if (code === 1006 && !tried) {
      say("note", hint(target.url));
    }
    tried = true;
    if (retryIn === undefined) {
      show("closed", "Not connected");
    } else {
      const soon = `reconnecting in ${(retryIn / 1000).toFixed(1)} s`;
      show("waiting", `Not connected, ${soon}`);
      say("note", `${soon[0].toUpperCase()}${soon.slice(1)}.`);
    }
    loop.pause();
  }

  /** A browser does not tell a page why a WebSocket failed; these are the likely causes. */
  function hint(url) {
    const option = `--allow-origin ${fromFile ? "null" : location.origin}`;
    return `Hint: is the service running at ${url}, and is a token asked for? If it is running, it may have refused `
        + `this page's origin (HTTP 403): start it with ${option}`;
  }

  function connect() {
    if (connection !== null && connected === target.text) {
      connection.connect(); // resumes where it was
      return;
    }
    let options;
    try {
      options = target.options();
    } catch (error) {
      say("bad", error.message);
      return;
    }
    connection?.close();
    peers.follow(null);
    echoes.clear();
    tried = false;
    connected = target.text;
    const Socket = window.BroadcastSocket ?? PlainSocket;
    try {
      connection = new Socket(target.url, options);
    } catch (error) { // an address to which this browser does not connect
      connection = null;
      show("closed", "Not connected");
      say("bad", error.message);
      return;
    }
    if (!fromFile && Socket === PlainSocket) {
      say("note", "broadcast.js could not be loaded: this page connects once, and resumes nothing.");
    }
    listen(connection, target.url);
    show("connecting", `Connecting to ${target.url}`);
    showFigures();
  }

  function start(url) {
    target.url = url;
    $("file-notice").hidden = !fromFile;
    if (!("WebSocket" in window)) {
      show("closed", "This browser has no WebSocket");
      say("bad", "This browser has no WebSocket: it cannot connect.");
      return;
    }
    connect();
  }

  $("target").addEventListener("submit", event => {
    event.preventDefault();
    connect();
  });
  $("target").addEventListener("input", showButtons);
  $("disconnect").addEventListener("click", () => {
    const wasWaiting = connection.state === "waiting";
    connection.close();
    if (wasWaiting) {
      show("closed", "Not connected");
    }
  });
  $("composer").addEventListener("submit", event => {
    event.preventDefault();
    send($("message").value);
    if (document.activeElement === $("message")) {
      $("message").select();
    }
  });
  $("lines").addEventListener("submit", event => {
    event.preventDefault();
    const text = $("text").value;
    if (send(text) && text.length <= MOST_SELECTED) {
      $("text").select();
    }
  });
  $("text").addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      $("lines").requestSubmit();
    }
  });
  $("loop").addEventListener("submit", event => {
    event.preventDefault();
    loop.toggle();
  });

  Target.address().then(start, error => { // a bad ?port= or ?path=
    show("closed", "Not connected");
    say("bad", error.message);
  });
  tabs($("tabs"));
  logTools(log, say);
})();
