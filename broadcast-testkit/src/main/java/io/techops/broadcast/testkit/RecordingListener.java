package io.techops.broadcast.testkit;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.HubListener;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessageListener;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A listener for peers and messages that records every event as one line:
 *
 * <pre>
 * peer 1 registered
 * broadcast 0 from the host
 * broadcast 1 from peer 1
 * peer 1 ignored binary of 3 bytes
 * peer 1 overflowed 7                                the number of messages it has lost
 * peer 1 failed told to throw from WRITE             the message of what was thrown
 * peer 1 unregistered 1013                           the close code
 * </pre>
 *
 * <p>Safe for use by any number of threads.
 */
public final class RecordingListener implements HubListener, MessageListener {

    private final List<String> entries = new ArrayList<>();

    /** Makes a listener without entries. */
    public RecordingListener() {
    }

    /** {@return all entries, in the order of the events; a copy} */
    public synchronized List<String> entries() {
        return List.copyOf(entries);
    }

    /**
     * {@return the entries of one peer, without broadcasts; a copy}
     *
     * @param peer the peer
     */
    public List<String> of(Peer peer) {
        Objects.requireNonNull(peer, "peer");
        return entries().stream().filter(entry -> entry.startsWith(peer + " ")).toList();
    }

    private synchronized void add(String entry) {
        entries.add(entry);
    }

    @Override
    public void registered(Peer peer) {
        Objects.requireNonNull(peer, "peer");
        add(peer + " registered");
    }

    @Override
    public void unregistered(Peer peer, CloseReason reason) {
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(reason, "reason");
        add(peer + " unregistered " + reason.code());
    }

    /** {@return false, because this listener never waits} */
    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public void broadcast(@Nullable Peer from, Message message, Position position) {
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(position, "position");
        add("broadcast " + position.sequence() + " from " + (from == null ? "the host" : from));
    }

    @Override
    public void ignored(Peer peer, Message message) {
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(message, "message");
        add(peer + " ignored " + message);
    }

    @Override
    public void overflowed(Peer peer, long missed) {
        Objects.requireNonNull(peer, "peer");
        add(peer + " overflowed " + missed);
    }

    @Override
    public void failed(Peer peer, Throwable cause) {
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(cause, "cause");
        add(peer + " failed " + cause.getMessage());
    }

    /** {@return the entries, one on each line} */
    @Override
    public String toString() {
        return String.join("\n", entries());
    }
}
