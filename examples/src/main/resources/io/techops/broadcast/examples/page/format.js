"use strict";

/**
 * `text` with one value on each line if it is a JSON object or array, else undefined. Only white space is added:
 * numbers, escapes and duplicate names stay as they were sent.
 */
function indentJson(text) {
  if (!/^\s*[{[]/.test(text)) {
    return undefined;
  }
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+|([{[])(?:\s*([}\]]))?|([}\]])|([,:])/g,
      (token, string, opening, empty, closing, mark) => {
        if (opening) {
          return empty ? opening + empty : opening + (depth++, line());
        }
        if (closing) {
          depth--;
          return line() + closing;
        }
        return mark === "," ? mark + line() : mark ? ": " : string ?? "";
      });
}

/** The bytes as a dump: offset, sixteen bytes in hexadecimal, and the same as ASCII where printable. */
function hexDump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map(byte => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = row.map(byte => byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".").join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return lines.join("\n");
}

/** A time in milliseconds, as a short text. */
function formatMillis(millis) {
  return millis < 10 ? `${millis.toFixed(1)} ms` : millis < 1_000 ? `${Math.round(millis)} ms`
      : `${(millis / 1_000).toFixed(1)} s`;
}

function formatCount(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
