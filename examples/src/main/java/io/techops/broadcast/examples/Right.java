package io.techops.broadcast.examples;

import java.util.Locale;

/** What the bearer of a token may do. */
enum Right {

    /** To connect, and to receive what is broadcast. */
    LISTEN,

    /** To connect, and to send messages that are broadcast. */
    SPEAK,

    /** To publish over HTTP. */
    PUBLISH;

    /** {@return its name in a file of tokens} */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
