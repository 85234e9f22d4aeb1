package io.techops.broadcast.spi;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;

/**
 * What an adapter calls to report the events of a peer that it registered.
 *
 * <p>An adapter consists of a {@link Transport}, which the hub calls, and of code that reads from the connection, which
 * calls the registration:
 *
 * <pre>{@code
 * Registration registration = AdapterHub.of(hub).register(transport);               // the connection is open
 * boolean readOn = registration.received(Message.text(text));        // a message; if false: wait for resume()
 * registration.unregister(CloseReason.of(code, phrase));             // the connection has ended
 * }</pre>
 *
 * <p>{@link #readStarted}, {@link #received}, {@link #readComplete} and {@link #ending} are called by one thread at a
 * time, the one that reads from the peer; the others may be called by any thread. No method waits for the network.
 * After {@link #unregister} every other call does nothing.
 */
public abstract class Registration extends Peer {

    /** For the engine alone, which is the only one to extend this class. */
    protected Registration() {
    }


    /** {@return the peer as the host application sees it: this object} */
    public final Peer peer() {
        return this;
    }

    /**
     * Reports that bytes of the peer have arrived, which counts as inbound traffic for the heartbeat, and that several
     * messages may follow. These are appended as they are reported, but the shards are woken only by {@link
     * #readComplete}, so that all of them are written with one call for each peer. Optional: without it every message
     * wakes the shards.
     */
    public abstract void readStarted();

    /**
     * Reports a whole message. The hub's policy decides about it, on this thread.
     *
     * @param message what the peer sent
     * @return {@code true} if the adapter may continue to read the peer; {@code false} if the hub is saturated: the
     *     message is kept until there is room for it, or until the peer is unregistered, and the adapter must not
     *     report another message before {@link Transport#resume} is called, which may happen before this call returns
     * @throws IllegalStateException if the last call returned {@code false} and {@link Transport#resume} was not called
     *     since
     */
    public abstract boolean received(Message message);

    /** Reports the end of the run of messages that {@link #readStarted} began, and wakes the shards. */
    public abstract void readComplete();

    /**
     * Reports that the transport, whose last {@link Transport#write} returned {@code false}, can take another batch.
     */
    public abstract void writable();

    /**
     * Reports that a transport that is not writable has made progress, as when the socket has taken the next part of a
     * batch. The hub's {@linkplain io.techops.broadcast.BroadcastHub.Builder#stallTimeout stall timeout} and
     * {@linkplain io.techops.broadcast.BroadcastHub.Builder#floodGrace flood grace} start again. Optional: without it,
     * a peer that reads but needs longer than the stall timeout for one batch is closed, and one that needs longer than
     * the flood grace no longer holds back a flood. Cheap; wakes no shard.
     */
    public abstract void progressed();

    /** Reports a pong, which counts as inbound traffic for the heartbeat. */
    public abstract void pong();

    /**
     * Reports that a peer has sent its last message although its connection is still open: it has sent a close frame,
     * or it broke a rule of the protocol. The peer receives everything that was appended before, its own messages
     * included, and the close frame after that. Messages that are reported later are dropped. Only the first call
     * counts.
     *
     * @param reason the reason of the close frame, with {@link CloseReason#NO_CODE} if the frame was empty; or the rule
     *     that the peer broke. Listeners are told this reason. {@link Transport#close} is called with this very object,
     *     even if its code must not be sent, unless the hub closes the peer for another reason first
     * @param byPeer whether the peer has sent a close frame
     * @return {@code true} if there is nothing left to write to the peer: it is unregistered now, and the adapter sends
     *     the close frame itself and ends the connection; {@code false} if the hub will call {@link Transport#close}
     *     once the peer has received everything, or after the hub's close timeout at the latest
     */
    public abstract boolean ending(CloseReason reason, boolean byPeer);

    /**
     * Reports that the connection has ended. Only the first call counts; it may come at any time, even after the hub
     * has called {@link Transport#close} or {@link Transport#abort}.
     *
     * @param reason the reason, with {@link CloseReason#ABNORMAL} if there was no close frame
     */
    public abstract void unregister(CloseReason reason);
}
