package io.techops.broadcast.testing;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Writes down what a hub tells its listener.
 */
public final class Recorder implements HubListener, MessageListener {

    public final List<Peer> registered = new CopyOnWriteArrayList<>();
    public final List<Departure> departures = new CopyOnWriteArrayList<>();
    public final List<Message> ignored = new CopyOnWriteArrayList<>();
    public final List<Long> missed = new CopyOnWriteArrayList<>();
    public final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** A peer that went, and why. */
    public record Departure(long peer, CloseReason reason) {

        /** {@return the close code} */
        public int code() {
            return reason.code();
        }
    }

    @Override
    public void registered(Peer peer) {
        registered.add(peer);
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        departures.add(new Departure(peer.id(), reason));
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
