"use strict";

/** One line of the log: a text of the page, perhaps a message, and facts about it. */
class Line {
  static #LONGEST_TEXT = 2_000;
  static #LONGEST_DUMP = 256;

  /** `text` or `bytes` is the message, if there is one; `about` has facts about it, as short words. */
  constructor({ kind, what, text = "", bytes = undefined, id = "", key = "", about = [] }) {
    Object.assign(this, { kind, what, text, bytes, id, key, about });
    this.at = new Date();
    this.node = undefined; // its element while it is in view
  }

  /** About how many bytes of memory the message takes. */
  get size() {
    return 200 + (this.bytes?.byteLength ?? 2 * this.text.length);
  }

  matches(filter) {
    return filter === "" || `${this.what}${this.text} ${this.id} ${this.key} ${this.about.join(" ")}`.toLowerCase()
        .includes(filter);
  }

  /** As text to copy: one line, or more if the message has several. */
  toText() {
    const about = [this.key && `key ${this.key}`, this.id, ...this.about].filter(word => word).join(", ");
    return `${this.at.toISOString()} ${this.what}${this.bytes ? hexDump(this.bytes) : this.text}`
        + (about && ` [${about}]`);
  }

  /** As an object to export: binary messages in hexadecimal. */
  toJSON() {
    const { at, kind, what, text, id, key, about } = this;
    const hex = this.bytes && Array.from(this.bytes, byte => byte.toString(16).padStart(2, "0")).join("");
    return { at, kind, what: what.trim(), text: this.bytes ? undefined : text, hex, id: id || undefined,
      key: key || undefined, about: about.length > 0 ? about : undefined };
  }

  /** A new element for it; `pretty` lays JSON out. */
  render(pretty) {
    const time = document.createElement("time");
    time.dateTime = this.at.toISOString();
    time.textContent = this.at.toLocaleTimeString("en-GB");
    const label = Line.#span("what", this.what);
    const message = document.createElement("bdi"); // a right-to-left message does not reorder our words
    const words = Line.#span("text", "");
    words.append(label, message);
    this.#fill(words, message, pretty);
    const about = Line.#span("about", "");
    about.append(...this.key ? [Line.#span("key", this.key)] : [], ...this.about.map(word => Line.#span("", word)),
        ...this.id ? [Line.#span("id", this.id)] : []);
    const line = document.createElement("div");
    line.className = `line ${this.kind}`;
    line.append(time, " ", words, " ", about);
    this.node = line;
    return line;
  }

  #fill(words, message, pretty) {
    const laidOut = pretty && !this.bytes ? indentJson(this.text) : undefined;
    if (this.bytes) {
      message.className = "dump";
      const all = () => hexDump(this.bytes);
      Line.#shorten(words, message, hexDump(this.bytes.subarray(0, Line.#LONGEST_DUMP)),
          this.bytes.length > Line.#LONGEST_DUMP && all, formatCount(this.bytes.length, "byte"));
      return;
    }
    message.classList.toggle("json", laidOut !== undefined);
    const text = laidOut ?? this.text;
    const isLong = text.length > Line.#LONGEST_TEXT;
    Line.#shorten(words, message, isLong ? `${text.slice(0, Line.#LONGEST_TEXT)}…` : text, isLong && (() => text),
        formatCount(this.text.length, "character"));
  }

  /** Shows `short`, and if there is more, a button that shows `all()`. */
  static #shorten(words, message, short, all, size) {
    message.textContent = short;
    if (all) {
      const more = document.createElement("button");
      more.type = "button";
      more.className = "quiet more";
      more.textContent = `Show all ${size}`;
      more.addEventListener("click", () => {
        message.textContent = all();
        more.remove();
      });
      words.append(" ", more);
    }
  }

  static #span(className, text) {
    const span = document.createElement("span");
    span.className = className;
    span.textContent = text;
    return span;
  }
}
