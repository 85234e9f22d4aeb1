package io.techops.broadcast.testing;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * A listener that records what the hub reports. Safe for use by any number of threads.
 */
public final class Recorder implements HubListener, MessageListener {

    /** The peers that were registered. */
    public final List<Peer> registered = new CopyOnWriteArrayList<>();
    /** The peers that were unregistered. */
    public final List<Departure> departures = new CopyOnWriteArrayList<>();
    /** The messages that the policy ignored. */
    public final List<Message> ignored = new CopyOnWriteArrayList<>();
    /** How many messages a peer missed, for each overflow. */
    public final List<Long> missed = new CopyOnWriteArrayList<>();
    /** What failed. */
    public final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private final Predicate<Peer> recorded;

    /** Makes a listener that records everything. */
    public Recorder() {
        this(peer -> true);
    }

    /** Makes a listener that records registrations and departures of some peers only, and all other events. */
    public Recorder(Predicate<Peer> recorded) {
        this.recorded = recorded;
    }

    /** A peer that was unregistered, and why. */
    public record Departure(long peer, CloseReason reason) {

        /** {@return the close code} */
        public int code() {
            return reason.code();
        }
    }

    @Override
    public void registered(Peer peer) {
        if (recorded.test(peer)) {
            registered.add(peer);
        }
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        if (recorded.test(peer)) {
            departures.add(new Departure(peer.id(), reason));
        }
    }

    @Override
    public void ignored(Peer peer, Message message) {
        ignored.add(message);
    }

    @Override
    public void overflowed(Peer peer, long count) {
        missed.add(count);
    }

    @Override
    public void failed(Peer peer, Throwable cause) {
        failures.add(cause);
    }
}
