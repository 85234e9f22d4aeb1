package io.techops.broadcast.testkit;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.Replay;
import io.techops.broadcast.spi.AdapterHub;
import io.techops.broadcast.spi.Batch;
import io.techops.broadcast.spi.Registration;
import io.techops.broadcast.spi.StreamEvent;
import io.techops.broadcast.spi.Transport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A transport in memory: one peer without a network. It takes what it is given, counts it and remembers it; it can be
 * told to stall, to throw, and to answer a close; and a test speaks for the peer through it.
 *
 * <pre>{@code
 * FakeTransport slow = rig.join().stallAfter(1);     // takes one batch, then is not writable
 * rig.broadcastEach(0, 3);
 * assertThat(slow).hasReceived("0").isStalled();
 * slow.becomeWritable();
 * rig.run();
 * assertThat(slow).hasReceived("0", "1", "2");
 * }</pre>
 *
 * <p>It also watches the hub: a write, a ping or a resume after the end, a write or a ping while it is not writable, a
 * close with a code that must not be sent, and a call during another one are {@linkplain #violations() violations} of
 * the contract of {@link Transport}. It notes them and throws nothing, so that the hub goes on as it would; {@link
 * HubRig#run} fails for them.
 *
 * <p>May be extended to do more within a call of the hub; an override of such a method calls {@code super}. Safe for
 * use by any number of threads.
 */
public class FakeTransport implements Transport {

    /** What a transport can be told to throw from. */
    public enum Call {
        /** {@link Transport#write}; nothing of the batch is taken. */
        WRITE,
        /** {@link Transport#tell}. */
        TELL,
        /** {@link Transport#ping}. */
        PING,
        /** {@link Transport#close}. */
        CLOSE,
        /** {@link Transport#abort}. */
        ABORT,
        /** {@link Transport#resume}. */
        RESUME
    }

    private static final int UNLIMITED = Integer.MAX_VALUE;
    private static final int PRINTED = 10;

    private final AtomicBoolean busy = new AtomicBoolean();
    private final Attributes attributes;

    // All of these are guarded by this transport's monitor.
    private final List<Message> messages = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    private final List<Position> positions = new ArrayList<>();
    private final List<@Nullable String> keys = new ArrayList<>();
    private final List<StreamEvent> events = new ArrayList<>();
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
    private @Nullable CloseReason ended;

    private boolean knowsPositions;
    private boolean encodesSlowly;
    private Replay replay = Replay.none();

    private volatile @Nullable Registration registration;

    /** Makes a transport whose peer has no attributes. */
    public FakeTransport() {
        this(new Attributes());
    }

    /**
     * Makes a transport.
     *
     * @param attributes what {@link Peer#attributes} is to begin with
     */
    public FakeTransport(Attributes attributes) {
        Objects.requireNonNull(attributes, "attributes");
        this.attributes = attributes.copy();
    }

    // How it is set up.

    /**
     * Knows positions from its registration on: it is told of {@link #events}.
     *
     * @return this transport
     */
    public synchronized FakeTransport knowingPositions() {
        knowsPositions = true;
        return this;
    }

    /**
     * {@linkplain Transport#encodesSlowly Encodes slowly} from its registration on: it has a shard apart from others.
     *
     * @return this transport
     */
    public synchronized FakeTransport encodingSlowly() {
        encodesSlowly = true;
        return this;
    }

    /**
     * Begins where {@code beginning} says when it is registered; with what comes from then on unless this is called.
     *
     * @param beginning where
     * @return this transport
     */
    public synchronized FakeTransport replaying(Replay beginning) {
        replay = Objects.requireNonNull(beginning, "beginning");
        return this;
    }

    /**
     * Registers this transport, whose {@link #registration} there is from then on. {@link HubRig#join(FakeTransport)}
     * does it too, and watches over it.
     *
     * @param hub the hub to register with
     * @return this transport
     * @throws IllegalStateException if this transport was registered before
     * @throws io.techops.broadcast.RefusedException if the hub takes no peers
     */
    public FakeTransport register(BroadcastHub hub) {
        Objects.requireNonNull(hub, "hub");
        if (registration != null) {
            throw new IllegalStateException("registered already, as " + peer());
        }
        Registration made = AdapterHub.of(hub).register(this, attributes, replay);
        CloseReason answered;
        synchronized (this) {
            registration = made;
            answered = answersClose ? closed : null; // it was closed before it could answer
        }
        if (answered != null) {
            leave(answered);
        }
        return this;
    }

    /**
     * Takes {@code count} more batches, and is not writable after the last of them, until {@link #becomeWritable}.
     *
     * @param count how many batches, at least 1: a hub may always write to a transport that has not said otherwise
     * @return this transport
     * @throws IllegalArgumentException if {@code count} is below 1
     */
    public FakeTransport stallAfter(int count) {
        checkCount(count);
        synchronized (this) {
            batchesUntilStall = count;
        }
        return this;
    }

    /**
     * Throws {@link IllegalStateException} from the next such call, once.
     *
     * @param call from which call
     * @return this transport
     */
    public synchronized FakeTransport throwFrom(Call call) {
        Objects.requireNonNull(call, "call");
        throwing = call;
        return this;
    }

    /**
     * Ends the connection as soon as the hub closes it, as a peer does that answers at once. Otherwise the peer never
     * answers, and the hub aborts it after its close timeout, unless a test calls {@link #leave}.
     *
     * @return this transport
     */
    public synchronized FakeTransport answerClose() {
        answersClose = true;
        return this;
    }

    /**
     * Runs something at the beginning of every write, on the thread of the hub.
     *
     * @param action what to run
     * @return this transport
     */
    public synchronized FakeTransport duringWrite(Runnable action) {
        Objects.requireNonNull(action, "action");
        duringWrite = action;
        return this;
    }

    /**
     * Asks every batch for an encoding, as an adapter does.
     *
     * @param with turns a batch into its wire form
     * @return this transport
     */
    public synchronized FakeTransport encodeWith(Function<Batch, ? extends Batch.Encoding> with) {
        Objects.requireNonNull(with, "with");
        encoder = with;
        return this;
    }

    // What the peer and its connection do.

    /**
     * Is writable again, for good, and says so.
     *
     * @throws IllegalStateException if not registered yet
     */
    public void becomeWritable() {
        becomeWritableFor(UNLIMITED);
    }

    /** Says that the peer has taken a part of what it was given, though the transport is not writable yet. */
    public void progress() {
        registration().progressed();
    }

    /**
     * Is writable again, for {@code count} batches, and says so.
     *
     * @param count how many batches, at least 1
     * @throws IllegalArgumentException if {@code count} is below 1
     * @throws IllegalStateException if not registered yet
     */
    public void becomeWritableFor(int count) {
        checkCount(count);
        Registration to = registration();
        synchronized (this) {
            writable = true;
            batchesUntilStall = count;
        }
        to.writable();
    }

    /**
     * Reports a text that the peer sent. The hub's policy decides about it on this thread.
     *
     * @param text the text
     * @return what {@link Registration#received} says: {@code false} if the peer must not be read until {@link
     *     #resumes} has grown
     * @throws IllegalStateException if not registered yet, or the last message was answered with {@code false} and
     *     there was no resume since
     */
    public boolean send(String text) {
        return send(Message.text(text));
    }

    /**
     * Reports a message that the peer sent, as {@link #send(String)} does.
     *
     * @param message the message
     * @return what {@link Registration#received} says
     * @throws IllegalStateException as {@link #send(String)} does
     */
    public boolean send(Message message) {
        Objects.requireNonNull(message, "message");
        return registration().received(message);
    }

    /**
     * Reports a pong: the peer is alive.
     *
     * @throws IllegalStateException if not registered yet
     */
    public void pong() {
        registration().pong();
    }

    /**
     * Reports that nothing more comes from the peer, as {@link Registration#ending} says: it has sent a close frame, or
     * broken a rule.
     *
     * @param reason what its close frame said, or the rule
     * @param byPeer whether it sent a close frame
     * @return whether nothing is owed to it any more, so that it is unregistered already
     * @throws IllegalStateException if not registered yet
     */
    public boolean end(CloseReason reason, boolean byPeer) {
        Objects.requireNonNull(reason, "reason");
        Registration to = registration();
        synchronized (this) {
            ended = reason;
        }
        return to.ending(reason, byPeer);
    }

    /**
     * Reports that the connection has ended: the peer has left, or answered a close.
     *
     * @param reason what its close frame said; {@link CloseReason#ABNORMAL} if it just vanished
     * @throws IllegalStateException if not registered yet
     */
    public void leave(CloseReason reason) {
        Objects.requireNonNull(reason, "reason");
        registration().unregister(reason);
    }

    /**
     * {@return what reports to the hub}
     *
     * @throws IllegalStateException if not registered yet
     */
    public Registration registration() {
        Registration known = registration;
        if (known == null) {
            throw new IllegalStateException("not registered yet: call register(hub), or HubRig.join");
        }
        return known;
    }

    /**
     * {@return the peer, as the hub's host sees it}
     *
     * @throws IllegalStateException if not registered yet
     */
    public Peer peer() {
        return registration().peer();
    }

    // What the hub has done with it.

    /** {@return everything it has taken, in order; a copy} */
    public synchronized List<Message> messages() {
        return List.copyOf(messages);
    }

    /** {@return the text of everything it has taken, in order; a copy} A binary message prints its kind and size. */
    public List<String> texts() {
        return messages().stream()
                .map(message -> message instanceof Message.Text text ? text.text() : message.toString())
                .toList();
    }

    /** {@return the sequences of {@link #messages}; {@link Batch#UNNUMBERED} for what was sent to it alone; a copy} */
    public synchronized List<Long> sequences() {
        return List.copyOf(sequences);
    }

    /** {@return the positions of the broadcasts among {@link #messages}; a copy} */
    public synchronized List<Position> positions() {
        return List.copyOf(positions);
    }

    /** {@return the keys of {@link #messages}, null for those without one; a copy} */
    public synchronized List<@Nullable String> keys() {
        return Collections.unmodifiableList(new ArrayList<>(keys));
    }

    /** {@return what it was told beside messages, in order; a copy} Nothing unless it knows positions. */
    public synchronized List<StreamEvent> events() {
        return List.copyOf(events);
    }

    /** {@return the sizes of the batches it was given, in messages: one for every write; a copy} */
    public synchronized List<Integer> batches() {
        return List.copyOf(batches);
    }

    /** {@return what the hub did that it must not do to a transport, in words; empty if all was well; a copy} */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
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
        enter(Call.WRITE);
        try {
            Runnable action;
            synchronized (this) {
                action = duringWrite;
            }
            action.run();
            return take(batch);
        } finally {
            busy.set(false);
        }
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
        enter(Call.TELL);
        try {
            synchronized (this) {
                check(isOpen(), "tell after the end");
                check(writable, "tell while not writable");
                check(knowsPositions, "tell without knowing positions");
                check(event instanceof StreamEvent.Open == (events.isEmpty() && messages.isEmpty()),
                        "open is the first of all, once");
                events.add(event);
                return writable;
            }
        } finally {
            busy.set(false);
        }
    }

    private synchronized boolean take(Batch batch) {
        check(isOpen(), "write after the end");
        check(writable, "write while not writable");
        check(batch.size() > 0, "write of nothing");
        check(!knowsPositions || !events.isEmpty(), "write before open");
        if (encoder != null) {
            batch.encoding(encoder);
        }
        batches.add(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            messages.add(batch.message(i));
            sequences.add(batch.sequence(i));
            keys.add(batch.key(i));
            Position position = batch.position(i);
            if (position != null) {
                positions.add(position);
            }
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
        Objects.requireNonNull(reason, "reason");
        enter(Call.CLOSE);
        boolean answer;
        synchronized (this) {
            answer = answersClose && registration != null; // otherwise register answers
            check(isOpen(), "close after the end");
            check(reason.isSendable() || reason == ended, "close with " + reason);
            closed = reason;
        }
        busy.set(false);
        if (answer) {
            leave(reason);
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

    /** {@return in short what has become of it, and the last ten messages that it has taken} */
    @Override
    public synchronized String toString() {
        Registration known = registration;
        int printedFrom = Math.max(0, messages.size() - PRINTED);
        return "transport of " + (known == null ? "no peer yet" : known.peer()) + ": " + messages.size()
                + " messages in " + batches.size() + " batches, " + state()
                + (messages.isEmpty() ? "" : printedFrom == 0 ? ": " : ": …, ")
                + messages.stream().skip(printedFrom).map(Inbox::print).collect(Collectors.joining(", "));
    }

    private String state() {
        if (aborts > 0) {
            return "aborted";
        }
        return closed != null ? "closed with " + closed : writable ? "writable" : "stalled";
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

    private static void checkCount(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1: " + count);
        }
    }
}
