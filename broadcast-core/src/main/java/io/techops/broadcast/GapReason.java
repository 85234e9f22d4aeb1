package io.techops.broadcast;

/** Why messages are missing in the stream of a peer. */
public enum GapReason {

    /**
     * Some of what followed the position that the peer wanted to go on after is no longer kept; or of what followed the
     * last message of a hub with a backplane, which was away from that for too long.
     */
    EVICTED("evicted"),

    /**
     * The position is of another epoch: of another life of the hub or the topic; or an epoch has ended, because a
     * backplane may have lost messages.
     */
    EPOCH("epoch"),

    /** The position is of this epoch, but no message has it yet. */
    FUTURE("future"),

    /** The peer fell off the tail of the log, and goes on as {@link OverflowPolicy#skip} says. */
    OVERFLOW("overflow");

    private final String text;

    GapReason(String text) {
        this.text = text;
    }

    /** {@return the reason as peers are told it: lower case letters} */
    public String text() {
        return text;
    }
}
