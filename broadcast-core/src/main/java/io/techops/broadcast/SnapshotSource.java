package io.techops.broadcast;

import java.util.List;

/**
 * The current state, for a peer that begins: what the host application keeps itself, as messages.
 *
 * <pre>{@code
 * BroadcastHub.builder().snapshot((peer, after) -> List.of(Message.text(board.toJson())))
 * }</pre>
 *
 * <p>The peer is given the returned messages first, and everything after the position then. So nothing is missing if
 * the state holds at least everything up to the position, which is the case if the host changes its state before it
 * broadcasts the change. The state may hold more already: then the peer is given such a change again, as a message
 * after the state, and a change that is applied twice must do no harm, as when it names the new value.
 *
 * <p>Called once for each peer that registers and does not go on after a position ({@link Replay#after}) without a gap;
 * on threads of the hub that may block, at the same time for different peers. Until it returns the peer is given
 * nothing; it counts as a peer that is not writable from the moment it registered, so that it may run into the stall
 * timeout, or fall off the tail of the log. With {@link Replay#last} the position is that before the messages of the
 * past, which the peer is given after the state; with {@link Replay#latest} the newest message of every key follows the
 * state.
 */
@FunctionalInterface
public interface SnapshotSource {

    /**
     * {@return what the peer is to get before anything else, in this order; perhaps nothing} The list is copied.
     *
     * @param peer who begins
     * @param after the position after which it will go on
     * @throws Exception if there is no state; the peer is closed with {@link CloseReason#INTERNAL_ERROR}, and is given
     *     no message
     */
    List<Message> snapshot(Peer peer, Position after) throws Exception;
}
