package io.techops.broadcast.testkit;

import io.techops.broadcast.CloseReason;
import io.techops.broadcast.Message;
import io.techops.broadcast.Position;
import io.techops.broadcast.spi.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a connection in a test: it sends messages, and waits for those that arrive, in order. {@link
 * MemoryClient} has no socket; {@code SocketClient} of {@code broadcast-junit} has one.
 *
 * <pre>{@code
 * alice.send("hello");
 * assertThat(bob.nextText()).isEqualTo("hello");
 * assertThat(bob.poll(Duration.ZERO)).isNull();      // nothing else has arrived
 * bob.close();
 * assertThat(bob.closed().code()).isEqualTo(CloseReason.NORMAL);
 * }</pre>
 *
 * <p>Every method that waits fails with an {@link AssertionError} if its result does not arrive within the client's
 * limit, or if something else arrives; the message says what arrived instead. Safe for use by any number of threads.
 */
public abstract class TestClient implements AutoCloseable {

    /** How long a client waits by default: 30 seconds. Only a test that fails waits that long. */
    public static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    private final Duration limit;
    private final Inbox inbox;

    /**
     * Makes a client that has received nothing yet, and waits in real time.
     *
     * @param limit how long to wait for anything; more than zero
     * @throws IllegalArgumentException if it is not
     */
    protected TestClient(Duration limit) {
        this(limit, Inbox.Waiting.REAL);
    }

    TestClient(Duration limit, Inbox.Waiting waiting) {
        this.limit = checkedLimit(limit);
        inbox = new Inbox(waiting);
    }

    /**
     * {@return the limit, if it is valid}
     *
     * @param limit how long to wait
     * @throws IllegalArgumentException if it is not more than zero
     */
    protected static Duration checkedLimit(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("limit must be more than zero: " + limit);
        }
        return limit;
    }

    // Sending.

    /**
     * Sends a message; does not wait for its delivery.
     *
     * @param message the message
     * @throws IllegalStateException if the connection has ended
     */
    public abstract void send(Message message);

    /**
     * Sends a text, as {@link #send(Message)} does.
     *
     * @param text the text
     * @throws IllegalStateException if the connection has ended
     */
    public final void send(String text) {
        send(Message.text(text));
    }

    /**
     * Sends a binary message, as {@link #send(Message)} does.
     *
     * @param payload the bytes
     * @throws IllegalStateException if the connection has ended
     */
    public final void send(byte[] payload) {
        send(Message.binary(payload));
    }

    /**
     * Begins the close handshake, after everything that was sent. Does not wait for its end, see {@link #closed}. Does
     * nothing if the connection has ended.
     *
     * @param reason the code and phrase of the close frame; the code must be {@linkplain CloseReason#isSendable
     *     sendable}
     */
    public abstract void close(CloseReason reason);

    /** Begins the close handshake with {@link CloseReason#NORMAL}, as {@link #close(CloseReason)} does. */
    @Override
    public void close() {
        close(CloseReason.of(CloseReason.NORMAL));
    }

    /** Ends the connection at once, without a close frame. */
    public abstract void disconnect();

    // Receiving.

    /**
     * {@return the next message; waits for it}
     *
     * @throws AssertionError if none arrives in time, if a gap comes first, or if the connection ends
     */
    public final Message next() {
        return take(Inbox.Received.class, "a message").message();
    }

    /**
     * {@return the next message, a text; waits for it}
     *
     * @throws AssertionError if none arrives in time, or something else arrives
     */
    public final String nextText() {
        Message next = next();
        if (next instanceof Message.Text text) {
            return text.text();
        }
        throw new AssertionError("expected a text, but " + Inbox.print(next) + " came: " + this);
    }

    /**
     * {@return the next messages, which are texts; waits for them}
     *
     * @param count how many
     * @throws AssertionError if fewer arrive in time, or something else arrives
     */
    public final List<String> nextTexts(int count) {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            texts.add(nextText());
        }
        return texts;
    }

    /**
     * {@return the payload of the next message, a binary one; waits for it}
     *
     * @throws AssertionError if none arrives in time, or something else arrives
     */
    public final byte[] nextBinary() {
        Message next = next();
        if (next instanceof Message.Binary binary) {
            byte[] payload = new byte[binary.size()];
            binary.payload().get(payload);
            return payload;
        }
        throw new AssertionError("expected a binary message, but " + Inbox.print(next) + " came: " + this);
    }

    /**
     * {@return the next message; {@code null} if none arrives in time, or the connection has ended}
     *
     * @param most how long to wait; zero returns only a message that has arrived already
     * @throws AssertionError if a gap comes first
     */
    public final @Nullable Message poll(Duration most) {
        Objects.requireNonNull(most, "most");
        Object first = inbox.peek(most);
        return first == null || first instanceof CloseReason ? null : next();
    }

    /**
     * {@return where the stream of a numbered client begins; waits for it}
     *
     * @throws AssertionError if it does not arrive in time, as is the case for a client that is not numbered
     */
    public final StreamEvent.Open opened() {
        Object found = inbox.opened(limit);
        if (found instanceof StreamEvent.Open open) {
            return open;
        }
        throw new AssertionError("the stream has not been opened, " + why(found) + ": " + this);
    }

    /**
     * {@return the next gap; waits for it} Only a numbered client is told of gaps.
     *
     * @throws AssertionError if none arrives in time, or a message comes first
     */
    public final StreamEvent.Gap nextGap() {
        return take(StreamEvent.Gap.class, "a gap");
    }

    /**
     * {@return the position of the last message that was taken; {@code null} if it was addressed to this client, or if
     * the client is not numbered}
     */
    public final @Nullable Position position() {
        Inbox.Received last = inbox.last();
        return last == null ? null : last.position();
    }

    /**
     * {@return the key of the last message that was taken; {@code null} if it has none, or if the client is not
     * numbered}
     */
    public final @Nullable String key() {
        Inbox.Received last = inbox.last();
        return last == null ? null : last.key();
    }

    /**
     * {@return the reason for the end of the connection, with {@link CloseReason#ABNORMAL} if there was no close frame;
     * waits for it} Messages that arrived before can still be taken.
     *
     * @throws AssertionError if the connection does not end in time
     */
    public final CloseReason closed() {
        CloseReason found = inbox.closed(limit);
        if (found == null) {
            throw new AssertionError("the connection has not ended within " + limit + ": " + this);
        }
        return found;
    }

    /** {@return whether the connection has ended} */
    public final boolean isClosed() {
        return inbox.isClosed();
    }

    private <T> T take(Class<T> type, String expected) {
        Object first = inbox.peek(limit);
        if (type.isInstance(first) && inbox.take(first)) {
            return type.cast(first);
        }
        throw new AssertionError("expected " + expected + ", " + why(first) + ": " + this);
    }

    private String why(@Nullable Object instead) {
        return instead == null ? "and nothing came within " + limit
                : instead instanceof CloseReason ? "but the connection has ended" : "but this came: " + instead;
    }

    // Called by subclasses.

    /**
     * Records a message that has arrived.
     *
     * @param message the message
     * @param position its position, if it has one and the client is numbered
     * @param key its key, likewise
     */
    protected final void received(Message message, @Nullable Position position, @Nullable String key) {
        inbox.add(new Inbox.Received(Objects.requireNonNull(message, "message"), position, key));
    }

    /**
     * Records a stream event of a numbered client.
     *
     * @param event the event
     */
    protected final void told(StreamEvent event) {
        inbox.add(Objects.requireNonNull(event, "event"));
    }

    /**
     * Records the end of the connection. Only the first call counts.
     *
     * @param reason the close frame, or {@link CloseReason#ABNORMAL}
     */
    protected final void ended(CloseReason reason) {
        inbox.add(Objects.requireNonNull(reason, "reason"));
    }

    /**
     * Waits for the end of the connection.
     *
     * @param most how long to wait; not at all if it is zero
     * @return whether it has ended
     */
    protected final boolean endsWithin(Duration most) {
        return inbox.closed(most) != null;
    }

    /**
     * Checks that the connection has not ended.
     *
     * @throws IllegalStateException if it has ended
     */
    protected final void checkOpen() {
        if (isClosed()) {
            throw new IllegalStateException("the connection has ended: " + this);
        }
    }

    /** {@return the name of the client, such as {@code client of peer 1}} */
    protected abstract String name();

    /** {@return the name of the client, whether it is connected, and what has arrived and was not taken yet} */
    @Override
    public final String toString() {
        return name() + ", " + inbox;
    }
}
