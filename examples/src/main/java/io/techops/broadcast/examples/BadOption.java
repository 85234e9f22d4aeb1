package io.techops.broadcast.examples;

/** An option cannot be honoured: the message is the one line that the operator is shown. */
final class BadOption extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * @param option its name, with the dashes
     * @param rule what is allowed, beginning with a verb
     * @param value what was given instead
     */
    BadOption(String option, String rule, Object value) {
        this(option + " " + rule + ": " + value);
    }

    /**
     * @param line name, rule and value
     */
    BadOption(String line) {
        super(line);
    }
}
