package io.techops.broadcast;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listener that writes down everything it is told. Safe for use by any number of threads. */
final class Chronicle implements HubListener {

    private final List<String> entries = new ArrayList<>();

    /** {@return everything, in the order in which it was told} */
    synchronized List<String> entries() {
        return List.copyOf(entries);
    }

    /** {@return what was told about the life of one peer} */
    List<String> of(Peer peer) {
        return entries().stream().filter(entry -> entry.startsWith(peer + " ")).toList();
    }

    private synchronized void add(String entry) {
        entries.add(entry);
    }

    @Override
    public void registered(Peer peer) {
        add(peer + " registered");
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        add(peer + " unregistered " + reason.code());
    }

    @Override
    public void broadcast(Message message, long sequence, @Nullable Peer from) {
        add("broadcast " + sequence + " from " + (from == null ? "the host" : from));
    }

    @Override
    public void ignored(Peer peer, Message message) {
        add(peer + " ignored " + message);
    }

    @Override
    public void overflowed(Peer peer, long missed) {
        add(peer + " overflowed " + missed);
    }

    @Override
    public void failed(Peer peer, Throwable cause) {
        add(peer + " failed " + cause.getMessage());
    }
}
