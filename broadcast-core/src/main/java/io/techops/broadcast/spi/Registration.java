package io.techops.broadcast.spi;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;

/**
 * What an adapter reports back about a peer that it registered.
 *
 * <p>An adapter is a {@link Transport}, which the hub calls, and whatever reads from the connection, which calls this:
 *
 * <pre>{@code
 * Registration registration = AdapterHub.of(hub).register(transport);               // the connection is open
 * boolean readOn = registration.received(Message.text(text));        // a message has come; if false, resume() reads on
 * registration.unregister(CloseReason.of(code, phrase));             // the connection has ended, however
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
     * Says that bytes of the peer have come, which counts as a sign of life, and that several messages may follow: they
     * are appended as they are reported, but the fan-out is woken only by {@link #readComplete}, so that all of them
     * leave with one write a peer. Optional: without it every message wakes the fan-out.
     */
    public abstract void readStarted();

    /**
     * Reports a whole message. The hub's policy decides about it, on this thread.
     *
     * @param message what the peer sent
     * @return {@code true} if the peer may be read on; {@code false} if the hub is saturated: the message is kept until
     *     there is room for it, or the peer has gone, and the adapter must not report another one before
     *     {@link Transport#resume} was called, which may be before this call returns
     * @throws IllegalStateException if the last call returned {@code false} and {@link Transport#resume} was not called
     *     since
     */
    public abstract boolean received(Message message);

    /** Ends what {@link #readStarted} began. */
    public abstract void readComplete();

    /** Says that the transport, whose last {@link Transport#write} returned {@code false}, can take another batch. */
    public abstract void writable();

    /**
     * Says that the transport, whose last {@link Transport#write} returned {@code false} and which has not said
     * {@link #writable} since, has brought some more of what it was given on its way, as when the socket takes the next
     * part of a batch: the hub's stall timeout and flood grace begin anew. Optional; without it a peer that takes
     * longer than that for one batch is closed, or run over by a flood, though it reads. Costs next to nothing, and
     * wakes no shard.
     */
    public abstract void progressed();

    /** Says that a pong has come: the peer is alive. */
    public abstract void pong();

    /**
     * Says that nothing more comes from a peer whose connection is still there: it has sent a close frame, or it broke
     * a rule of the protocol. What was appended before is written to it first, its own messages included, and the close
     * frame after that. Whatever {@link #received} is told from then on is dropped. Only the first call counts.
     *
     * @param reason what the close frame said, with {@link CloseReason#NO_CODE} if it was empty; or the rule that the
     *     peer broke. Listeners are told it, and unless the hub closes the peer for something else meanwhile, it is the
     *     very object that {@link Transport#close} is called with, even if its code must not be sent
     * @param byPeer whether the peer asked for the end with a close frame
     * @return {@code true} if nothing is owed to the peer any more: it is unregistered now, and the adapter sends the
     *     close frame itself and ends the connection; {@code false} if the hub calls {@link Transport#close} once the
     *     peer has been given everything, or at the latest after the hub's close timeout
     */
    public abstract boolean ending(CloseReason reason, boolean byPeer);

    /**
     * Says that the connection has ended. Only the first call counts; it may come at any time, also after the hub has
     * called {@link Transport#close} or {@link Transport#abort}.
     *
     * @param reason why, with {@link CloseReason#ABNORMAL} if there was no close frame
     */
    public abstract void unregister(CloseReason reason);
}
