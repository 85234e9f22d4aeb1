package io.techops.broadcast;

/**
 * What becomes of a peer that fell off the log's tail: one that was not writable for so long that a message it had not
 * got yet made room for a newer one.
 *
 * <pre>{@code
 * BroadcastHub.builder().overflow(OverflowPolicy.skip())             // prices: the newest matter, not all
 * }</pre>
 *
 * <p>Immutable.
 */
public final class OverflowPolicy {

    private static final OverflowPolicy DISCONNECT = new OverflowPolicy("disconnect");
    private static final OverflowPolicy SKIP = new OverflowPolicy("skip");

    private final String name;

    private OverflowPolicy(String name) {
        this.name = name;
    }

    /**
     * {@return the policy that closes the peer with {@link CloseReason#TRY_AGAIN_LATER}} The only one without silent
     * holes: what a peer got is one contiguous run.
     */
    public static OverflowPolicy disconnect() {
        return DISCONNECT;
    }

    /**
     * {@return the policy that lets the peer, once it is writable again, go on with the oldest message still kept}
     * {@link HubListener#overflowed} and {@link Peer#missed} tell how many it lost.
     */
    public static OverflowPolicy skip() {
        return SKIP;
    }

    /** {@return whether a peer goes on with the oldest message that is kept, and is not disconnected} */
    public boolean skips() {
        return this == SKIP;
    }

    @Override
    public String toString() {
        return name;
    }
}
