package io.techops.broadcast;

/** Why messages are missing in the stream of a peer. */
public enum GapReason {

    /**
     * Some messages after the position that the peer named are no longer kept; or, in a hub with a backplane that was
     * away for too long, some messages after the last one that the hub had read.
     */
    EVICTED("evicted"),

    /**
     * The position is of another epoch, and so of an earlier instance of the hub or of the topic; or the backplane
     * began a new epoch, because it may have lost messages.
     */
    EPOCH("epoch"),

    /** The position is of this epoch, but no message has it yet. */
    FUTURE("future"),

    /** The peer fell off the tail of the log, and goes on according to {@link OverflowPolicy#skip}. */
    OVERFLOW("overflow");

    private final String text;

    GapReason(String text) {
        this.text = text;
    }

    /** {@return the reason as it is sent to peers, in lower case} */
    public String text() {
        return text;
    }
}
