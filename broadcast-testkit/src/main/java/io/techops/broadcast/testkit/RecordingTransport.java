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
 * A transport as a hub sees it: it takes what it is given, stalls and throws as it is told, remembers what the hub has
 * done with it, and notes what the hub must not do. Safe for use by any number of threads.
 */
abstract class RecordingTransport implements Transport {

    static final int UNLIMITED = Integer.MAX_VALUE;

    private final CallWatch watch = new CallWatch();

    // All of these are guarded by this transport's monitor: what it is told to be and to do, ...
    boolean knowsPositions;
    boolean encodesSlowly;
    boolean writable = true;
    int batchesUntilStall = UNLIMITED;
    @Nullable TransportCall throwing;
    Runnable duringWrite = () -> { };
    @Nullable Function<Batch, ? extends Batch.Encoding> encoder;
    /** With what its peer has ended, which the hub may close it with, whatever the code. */
    @Nullable CloseReason ended;

    // ... and what was done with it.
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

    /** {@return everything it has taken, in order; a copy} */
    public synchronized List<Message> messages() {
        return taken.messages();
    }

    /** {@return the text of everything it has taken, in order; a copy} A binary message prints its kind and size. */
    public List<String> texts() {
        return messages().stream()
                .map(message -> message instanceof Message.Text text ? text.text() : message.toString())
                .toList();
    }

    /** {@return the sequences of {@link #messages}; {@link Batch#UNNUMBERED} for what was sent to it alone; a copy} */
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

    /** {@return what it was told beside messages, in order; a copy} Nothing unless it knows positions. */
    public synchronized List<StreamEvent> events() {
        return List.copyOf(events);
    }

    /** {@return the sizes of the batches it was given, in messages: one for every write; a copy} */
    public synchronized List<Integer> batches() {
        return taken.batches();
    }

    /** {@return what the hub did that it must not do to a transport, in words; empty if all was well; a copy} */
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

    /** {@return how often it was told to read on} */
    public synchronized int resumes() {
        return resumes;
    }

    /** {@return whether the hub has aborted the connection} */
    public synchronized boolean isAborted() {
        return aborts > 0;
    }

    /** {@return what the hub has closed it with; {@code null} if it has not} */
    public synchronized @Nullable CloseReason closed() {
        return closed;
    }

    /** {@return whether the hub has neither closed nor aborted it} Whether its peer has left does not matter here. */
    public synchronized boolean isOpen() {
        return closed == null && aborts == 0;
    }

    // As the hub sees it.

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

    /** {@return whether the peer answers a close before the call for it returns} Under the monitor. */
    abstract boolean answersAtOnce();

    /** The peer has answered. */
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
