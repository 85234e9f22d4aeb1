package io.techops.broadcast.spi;

import io.techops.broadcast.Attributes;
import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.BroadcastOptions;
import io.techops.broadcast.HubStats;
import io.techops.broadcast.Message;
import io.techops.broadcast.MessagePolicy;
import io.techops.broadcast.Peer;
import io.techops.broadcast.Position;
import io.techops.broadcast.RefusalCause;
import io.techops.broadcast.RefusedException;
import io.techops.broadcast.Replay;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A hub as adapters see it: every hub is one. Safe for use by any number of threads.
 *
 * <pre>{@code
 * Registration registration = AdapterHub.of(hub).register(transport);
 * }</pre>
 */
public abstract class AdapterHub extends BroadcastHub {

    /** For the engine alone, which is the only one to extend this class. */
    protected AdapterHub() {
    }

    /**
     * {@return the hub as adapters see it}
     *
     * @param hub any hub
     * @throws IllegalArgumentException if the hub was not made by the library, but is a proxy or a mock of a framework
     */
    public static AdapterHub of(BroadcastHub hub) {
        if (Objects.requireNonNull(hub, "hub") instanceof AdapterHub made) {
            return made;
        }
        throw new IllegalArgumentException(
                "hub must be one that BroadcastHub.builder() or Topics made, and not a proxy: "
                        + hub.getClass().getName());
    }

    /**
     * Registers a connection. Its peer receives the earlier messages that {@code replay} selects, and then everything
     * that is broadcast from now on, with nothing missing or duplicated between the two.
     *
     * @param transport how bytes reach the peer; not written to before this method was called
     * @param attributes what the adapter knows about the connection: {@link Peer#attributes} begins with a copy
     * @param replay where the stream of the peer begins; the adapter has to check what it allows its peers
     * @return what the adapter reports back with
     * @throws RefusedException if the hub is closed, its listener is 10,000 departures behind, or it has not read its
     *     shared log yet
     */
    public abstract Registration register(Transport transport, Attributes attributes, Replay replay);

    /**
     * Registers a connection whose peer receives everything that is broadcast from now on, and nothing from before, as
     * {@link #register(Transport, Attributes, Replay)} does.
     *
     * @param transport how bytes reach the peer; not written to before this method was called
     * @param attributes what the adapter knows about the connection: {@link Peer#attributes} begins with a copy
     * @return what the adapter reports back with
     * @throws RefusedException if the hub is closed, its listener is 10,000 departures behind, or it has not read its
     *     shared log yet
     */
    public final Registration register(Transport transport, Attributes attributes) {
        return register(transport, attributes, Replay.none());
    }

    /**
     * Registers a connection of which nothing is known, as {@link #register(Transport, Attributes)} does.
     *
     * @param transport how bytes reach the peer; not written to before this method was called
     * @return what the adapter reports back with
     * @throws RefusedException if the hub is closed, its listener is 10,000 departures behind, or it has not read its
     *     shared log yet
     */
    public final Registration register(Transport transport) {
        return register(transport, new Attributes());
    }

    /**
     * Broadcasts a message as {@link #publish} does; if the hub is saturated, or its backplane is away, waits for room,
     * but not longer than {@code limit}. Without a backplane the stage is complete when this method returns.
     *
     * @param message the message
     * @param options the options, which must not name receivers
     * @param limit how long to wait for room at most; zero does not wait
     * @return a stage as {@link #publish} returns it; {@code null} if there was no room in time, or the hub is closed:
     *     no peer gets the message
     * @throws IllegalArgumentException if the message is larger than the whole log, {@code options} name receivers, or
     *     {@code limit} is negative or over 365 days
     * @throws InterruptedException if this thread is interrupted while it waits, or was when it had to begin to: no
     *     peer gets the message
     */
    public abstract @Nullable CompletionStage<Position> tryPublish(Message message, BroadcastOptions options,
            Duration limit) throws InterruptedException;

    /**
     * Counts a connection that was refused, in {@link HubStats#refusals}. An adapter calls this for every connection
     * that asked for this hub and was refused before {@link #register}, or by it.
     *
     * @param cause the cause
     */
    public abstract void refused(RefusalCause cause);

    /**
     * {@return whether {@link Registration#received} may wait for foreign code, because the message policy or the
     * message listener {@linkplain MessagePolicy#mayBlock may block}} If so, an adapter must not call {@code received}
     * or {@link #register} on a thread that other peers need; otherwise neither of the two waits.
     */
    public abstract boolean mayBlockReading();

    /** {@return the threads on which adapters run tasks that may block} */
    public abstract BlockingTasks blockingTasks();
}
