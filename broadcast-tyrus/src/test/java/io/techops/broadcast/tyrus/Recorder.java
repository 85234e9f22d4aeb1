package io.techops.broadcast.tyrus;

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
final class Recorder implements HubListener, MessageListener {

    final List<Peer> registered = new CopyOnWriteArrayList<>();
    final List<Departure> departures = new CopyOnWriteArrayList<>();
    final List<Message> ignored = new CopyOnWriteArrayList<>();
    final List<Long> missed = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** A peer that went, and why. */
    record Departure(long peer, CloseReason reason) {
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
