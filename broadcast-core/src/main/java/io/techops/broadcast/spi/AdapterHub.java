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
     * @throws IllegalArgumentException if the library did not make it, but a framework did, as a proxy or a mock
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
     * Registers a connection: its peer is given what {@code replay} says of the past, and then everything that is
     * broadcast from now on, without a seam.
     *
     * @param transport how bytes reach the peer; not written to before this method was called
     * @param attributes what the adapter knows about the connection: {@link Peer#attributes} begins with a copy
     * @param replay where its stream begins; what the adapter allows the peer is the adapter's to check
     * @return what the adapter reports back with
     * @throws RefusedException if the hub is closed, its listener is 10,000 departures behind, or it has not read its
     *     shared log yet
     */
    public abstract Registration register(Transport transport, Attributes attributes, Replay replay);

    /**
     * Registers a connection whose peer is given everything that is broadcast from now on, and nothing from before, as
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
     * Broadcasts a message as {@link #publish} does; if the hub is saturated, or its backplane away, waits for room,
     * but not longer than {@code limit}. Without a backplane the stage is complete when this returns.
     *
     * @param message the message
     * @param options how, for everyone
     * @param limit how long to wait for room at most; zero does not wait
     * @return completed as {@link #publish} says; {@code null} if there was no room in time, or the hub is closed: no
     *     peer gets the message
     * @throws IllegalArgumentException if the message is larger than the whole log, {@code options} name receivers, or
     *     {@code limit} is negative or over 365 days
     * @throws InterruptedException if this thread is interrupted while it waits, or was when it had to begin to: no
     *     peer gets the message
     */
    public abstract @Nullable CompletionStage<Position> tryPublish(Message message, BroadcastOptions options,
            Duration limit) throws InterruptedException;

    /**
     * Takes note that a connection was refused, for {@link HubStats#refusals} alone. For every connection that asked
     * for this hub and did not get as far as {@link #register}, and for one that it did not take.
     *
     * @param cause why
     */
    public abstract void refused(RefusalCause cause);

    /**
     * {@return whether {@link Registration#received} may have to wait for foreign code, because the policy or the
     * listener of messages {@linkplain MessagePolicy#mayBlock may block}} An adapter must then not call it on a thread
     * that others need, nor {@link #register}, which does not wait otherwise.
     */
    public abstract boolean mayBlockReading();

    /** {@return the threads for what adapters do that may block} */
    public abstract BlockingTasks blockingTasks();
}
