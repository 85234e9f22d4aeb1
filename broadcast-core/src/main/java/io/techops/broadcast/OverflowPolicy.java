package io.techops.broadcast;

/**
 * What happens to a peer that fell off the log's tail: it was not writable for so long that the log evicted a message
 * that it had not received yet.
 *
 * <pre>{@code
 * BroadcastHub.builder().overflow(OverflowPolicy.skip())             // prices: only the newest matter
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
     * {@return the policy that closes the peer with {@link CloseReason#TRY_AGAIN_LATER}} Under this policy a peer
     * receives one contiguous run of messages, without holes.
     */
    public static OverflowPolicy disconnect() {
        return DISCONNECT;
    }

    /**
     * {@return the policy that lets the peer, once it is writable again, continue with the oldest message that is still
     * kept} {@link HubListener#overflowed} and {@link Peer#missed} tell how many messages it lost.
     */
    public static OverflowPolicy skip() {
        return SKIP;
    }

    /** {@return whether a peer continues with the oldest message that is still kept, and is not disconnected} */
    public boolean skips() {
        return this == SKIP;
    }

    @Override
    public String toString() {
        return name;
    }
}
