package io.techops.broadcast.containers;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Writes down what a hub tells.
 */
final class Events implements HubListener, MessageListener {

    final List<Peer> registered = new CopyOnWriteArrayList<>();
    final List<Departure> departures = new CopyOnWriteArrayList<>();
    final List<Message> ignored = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** A peer that went. */
    record Departure(long peer, int code) {
    }

    @Override
    public void registered(Peer peer) {
        registered.add(peer);
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        departures.add(new Departure(peer.id(), reason.code()));
    }

    @Override
    public void ignored(Peer peer, Message message) {
        ignored.add(message);
    }

    @Override
    public void failed(Peer peer, Throwable cause) {
        failures.add(cause);
    }
}
