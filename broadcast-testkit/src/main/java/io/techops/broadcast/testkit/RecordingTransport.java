package io.techops.broadcast.testkit;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The hub's side of a transport for tests: stalls and throws as it is told, and records what the hub does with it,
 * including violations of the contract. Safe for use by any number of threads.
 */
abstract class RecordingTransport implements Transport {

    static final int UNLIMITED = Integer.MAX_VALUE;

    private final CallWatch watch = new CallWatch();

    // All of these are guarded by this transport's monitor: its settings, ...
    boolean knowsPositions;
    boolean encodesSlowly;
    boolean writable = true;
    int batchesUntilStall = UNLIMITED;
    @Nullable TransportCall throwing;
    Runnable duringWrite = () -> { };
    @Nullable Function<Batch, ? extends Batch.Encoding> encoder;
    /** The reason with which its peer has ended; the hub may close it with this reason, whatever the code. */
    @Nullable CloseReason ended;

    // ... and what the hub has done with it.
    private final TakenMessages taken = new TakenMessages();
    private final List<StreamEvent> events = new ArrayList<>();
    private int pings;
    private int resumes;
    private int aborts;
    private @Nullable CloseReason closed;

    /** For the transport of this kit alone. */
    RecordingTransport() {
    }

    // What the hub has done with it.

    /** {@return all messages that it has taken, in order; a copy} */
    public synchronized List<Message> messages() {
        return taken.messages();
    }

    /**
     * {@return the texts of all messages that it has taken, in order; a copy} For a binary message, its kind and size.
     */
    public List<String> texts() {
        return messages().stream()
                .map(message -> message instanceof Message.Text text ? text.text() : message.toString())
                .toList();
    }

    /** {@return the sequences of {@link #messages}; {@link Batch#UNNUMBERED} for addressed messages; a copy} */
    public synchronized List<Long> sequences() {
        return taken.sequences();
    }

    /** {@return the positions of the broadcasts among {@link #messages}; a copy} */
    public synchronized List<Position> positions() {
        return taken.positions();
    }

    /** {@return the keys of {@link #messages}, null for those without one; a copy} */
    public synchronized List<@Nullable String> keys() {
        return taken.keys();
    }

    /** {@return the stream events that it was told, in order; a copy} Empty unless it knows positions. */
    public synchronized List<StreamEvent> events() {
        return List.copyOf(events);
    }

    /** {@return the number of messages in each write; a copy} */
    public synchronized List<Integer> batches() {
        return taken.batches();
    }

    /** {@return the violations of the contract by the hub, in words; empty if there were none; a copy} */
    public List<String> violations() {
        return watch.violations();
    }

    /** {@return whether it can take a batch now} */
    public synchronized boolean isWritable() {
        return writable;
    }

    /** {@return how often it was told to ping} */
    public synchronized int pings() {
        return pings;
    }

    /** {@return how often it was resumed} */
    public synchronized int resumes() {
        return resumes;
    }

    /** {@return whether the hub has aborted the connection} */
    public synchronized boolean isAborted() {
        return aborts > 0;
    }

    /** {@return the reason with which the hub has closed it; {@code null} if the hub has not closed it} */
    public synchronized @Nullable CloseReason closed() {
        return closed;
    }

    /**
     * {@return whether the hub has neither closed nor aborted it} This does not depend on whether its peer has
     * disconnected.
     */
    public synchronized boolean isOpen() {
        return closed == null && aborts == 0;
    }

    // Called by the hub.

    @Override
    public boolean write(Batch batch) {
        Objects.requireNonNull(batch, "batch");
        begin(TransportCall.WRITE);
        try {
            Runnable action;
            synchronized (this) {
                action = duringWrite;
            }
            action.run();
            return take(batch);
        } finally {
            watch.end();
        }
    }

    private synchronized boolean take(Batch batch) {
        watch.check(isOpen(), "write after the end");
        watch.check(writable, "write while not writable");
        watch.check(batch.size() > 0, "write of nothing");
        watch.check(!knowsPositions || !events.isEmpty(), "write before open");
        if (encoder != null) {
            batch.encoding(encoder);
        }
        taken.add(batch);
        if (batchesUntilStall != UNLIMITED && --batchesUntilStall <= 0) {
            writable = false;
        }
        return writable;
    }

    @Override
    public synchronized boolean knowsPositions() {
        return knowsPositions;
    }

    @Override
    public synchronized boolean encodesSlowly() {
        return encodesSlowly;
    }

    @Override
    public boolean tell(StreamEvent event) {
        Objects.requireNonNull(event, "event");
        begin(TransportCall.TELL);
        try {
            synchronized (this) {
                watch.check(isOpen(), "tell after the end");
                watch.check(writable, "tell while not writable");
                watch.check(knowsPositions, "tell without knowing positions");
                watch.check(event instanceof StreamEvent.Open == (events.isEmpty() && taken.isEmpty()),
                        "open is the first of all, once");
                events.add(event);
                return writable;
            }
        } finally {
            watch.end();
        }
    }

    @Override
    public void ping() {
        begin(TransportCall.PING);
        synchronized (this) {
            watch.check(isOpen(), "ping after the end");
            watch.check(writable, "ping while not writable");
            pings++;
        }
        watch.end();
    }

    @Override
    public void close(CloseReason reason) {
        Objects.requireNonNull(reason, "reason");
        begin(TransportCall.CLOSE);
        boolean answers;
        synchronized (this) {
            answers = answersAtOnce();
            watch.check(isOpen(), "close after the end");
            watch.check(reason.isSendable() || reason == ended, "close with " + reason);
            closed = reason;
        }
        watch.end();
        if (answers) {
            leave(reason);
        }
    }

    /** {@return whether the peer answers a close before that call returns} Called under the monitor. */
    abstract boolean answersAtOnce();

    /** Called when the peer has answered. */
    abstract void leave(CloseReason reason);

    @Override
    public void abort() {
        begin(TransportCall.ABORT);
        synchronized (this) {
            aborts++;
        }
        watch.end();
    }

    @Override
    public void resume() {
        begin(TransportCall.RESUME);
        synchronized (this) {
            watch.check(isOpen(), "resume after the end");
            resumes++;
        }
        watch.end();
    }

    private void begin(TransportCall call) {
        watch.begin(call);
        synchronized (this) {
            if (throwing != call) {
                return;
            }
            throwing = null;
        }
        watch.end();
        throw new IllegalStateException("told to throw from " + call);
    }

    @Override
    public synchronized String toString() {
        return taken.count() + ", " + state() + taken.newest();
    }

    private String state() {
        if (aborts > 0) {
            return "aborted";
        }
        return closed != null ? "closed with " + closed : writable ? "writable" : "stalled";
    }
}
