package io.techops.broadcast;

import java.util.List;

/**
 * The current state of the host application, as the first messages for a new peer.
 *
 * <pre>{@code
 * BroadcastHub.builder().snapshot((peer, after) -> List.of(Message.text(board.toJson())))
 * }</pre>
 *
 * <p>The peer receives the returned messages first, and then every message after the position. So nothing is missing if
 * the state contains at least every change up to the position, which is the case if the host changes its state before
 * it broadcasts the change. The state may contain later changes, too: the peer then receives such a change again, as a
 * message after the state. Applying a change twice must therefore do no harm, as is the case if the message contains
 * the new value.
 *
 * <p>Called once for each peer that registers, except for a peer that resumes after a position ({@link Replay#after})
 * without a gap. Called on threads of the hub that may block, concurrently for different peers. Until it returns, the
 * peer receives nothing and counts as not writable, so that it may run into the stall timeout or fall off the tail of
 * the log. With {@link Replay#last} the position is the one before the replayed messages, which follow the state; with
 * {@link Replay#latest} the newest message of every key follows the state.
 */
@FunctionalInterface
public interface SnapshotSource {

    /**
     * {@return the messages that the peer receives first, in this order; may be empty} The list is copied.
     *
     * @param peer the new peer
     * @param after the position after which the peer continues
     * @throws Exception if there is no state; the peer is then closed with {@link CloseReason#INTERNAL_ERROR}, and
     *     receives no message
     */
    List<Message> snapshot(Peer peer, Position after) throws Exception;
}
