package io.techops.broadcast;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A transport in memory. It takes what it is given and remembers it; it can be told to stall and to throw; and it notes
 * as a violation whatever a hub must not do: write while it is not writable, or after a close or an abort, or call it
 * from two threads at once. Safe for use by any number of threads.
 */
class FakeTransport implements Transport {

    /** What a transport can be told to throw from. */
    enum Call { WRITE, PING, CLOSE, ABORT, RESUME }

    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final AtomicBoolean busy = new AtomicBoolean();
    private final Map<String, Object> attributes;

    // All of these are guarded by this transport's monitor.
    private final List<Message> messages = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int batchesUntilStall = UNLIMITED;
    private boolean writable = true;
    private @Nullable Call throwing;
    private boolean answersClose;
    private Runnable duringWrite = () -> { };
    private @Nullable Function<Batch, ? extends Batch.Encoding> encoder;
    private int pings;
    private int resumes;
    private int aborts;
    private @Nullable CloseReason closed;

    private volatile @Nullable Registration registration;

    FakeTransport() {
        this(Map.of());
    }

    FakeTransport(Map<String, Object> attributes) {
        this.attributes = attributes;
    }

    // How it is set up.

    /** Registers this transport, whose {@link #registration} there is from then on. */
    FakeTransport register(BroadcastHub hub) {
        registration = hub.register(this);
        return this;
    }

    /** Takes {@code count} more batches, at least one, and is not writable after the last of them. */
    synchronized FakeTransport stallAfter(int count) {
        batchesUntilStall = count;
        return this;
    }

    /** Throws from the next such call. */
    synchronized FakeTransport throwFrom(Call call) {
        throwing = call;
        return this;
    }

    /** Ends the connection as soon as the hub closes it, as a peer does that answers at once. */
    synchronized FakeTransport answerClose() {
        answersClose = true;
        return this;
    }

    /** Runs something within every write. */
    synchronized FakeTransport duringWrite(Runnable action) {
        duringWrite = action;
        return this;
    }

    /** Encodes every batch that it is given. */
    synchronized FakeTransport encodeWith(Function<Batch, ? extends Batch.Encoding> with) {
        encoder = with;
        return this;
    }

    /** Is writable again, for good, and says so. */
    void becomeWritable() {
        becomeWritableFor(UNLIMITED);
    }

    /** Is writable again, for {@code count} batches, and says so. */
    void becomeWritableFor(int count) {
        synchronized (this) {
            writable = true;
            batchesUntilStall = count;
        }
        registration().writable();
    }

    Registration registration() {
        Registration known = registration;
        if (known == null) {
            throw new IllegalStateException("not registered yet");
        }
        return known;
    }

    Peer peer() {
        return registration().peer();
    }

    /** Reports a text that the peer sent. {@return what {@link Registration#received} says} */
    boolean receive(String text) {
        return registration().received(Message.text(text));
    }

    // What the hub has done with it.

    synchronized List<Message> messages() {
        return List.copyOf(messages);
    }

    synchronized List<String> texts() {
        return messages.stream().map(message -> ((Message.Text) message).text()).toList();
    }

    synchronized List<Long> sequences() {
        return List.copyOf(sequences);
    }

    /** {@return the sizes of the batches it was given} */
    synchronized List<Integer> batches() {
        return List.copyOf(batches);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized boolean isWritable() {
        return writable;
    }

    synchronized int pings() {
        return pings;
    }

    synchronized int resumes() {
        return resumes;
    }

    synchronized boolean isAborted() {
        return aborts > 0;
    }

    synchronized @Nullable CloseReason closed() {
        return closed;
    }

    synchronized boolean isOpen() {
        return closed == null && aborts == 0;
    }

    // As the hub sees it.

    @Override
    public boolean write(Batch batch) {
        enter(Call.WRITE);
        try {
            duringWrite.run();
            return take(batch);
        } finally {
            busy.set(false);
        }
    }

    private synchronized boolean take(Batch batch) {
        check(isOpen(), "write after the end");
        check(writable, "write while not writable");
        check(batch.size() > 0, "write of nothing");
        if (encoder != null) {
            batch.encoding(encoder);
        }
        batches.add(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            messages.add(batch.message(i));
            sequences.add(batch.sequence(i));
        }
        if (batchesUntilStall != UNLIMITED && --batchesUntilStall <= 0) {
            writable = false;
        }
        return writable;
    }

    @Override
    public void ping() {
        enter(Call.PING);
        synchronized (this) {
            check(isOpen(), "ping after the end");
            check(writable, "ping while not writable");
            pings++;
        }
        busy.set(false);
    }

    @Override
    public void close(CloseReason reason) {
        enter(Call.CLOSE);
        boolean answer;
        synchronized (this) {
            answer = answersClose;
            check(isOpen(), "close after the end");
            check(reason.isSendable(), "close with " + reason);
            closed = reason;
        }
        busy.set(false);
        if (answer) {
            registration().unregister(reason);
        }
    }

    @Override
    public void abort() {
        enter(Call.ABORT);
        synchronized (this) {
            aborts++;
        }
        busy.set(false);
    }

    @Override
    public void resume() {
        enter(Call.RESUME);
        synchronized (this) {
            check(isOpen(), "resume after the end");
            resumes++;
        }
        busy.set(false);
    }

    @Override
    public Map<String, Object> attributes() {
        return attributes;
    }

    private void enter(Call call) {
        check(busy.compareAndSet(false, true), call + " during another call");
        synchronized (this) {
            if (throwing != call) {
                return;
            }
            throwing = null;
        }
        busy.set(false);
        throw new IllegalStateException("told to throw from " + call);
    }

    private synchronized void check(boolean right, String violation) {
        if (!right) {
            violations.add(violation);
        }
    }
}
