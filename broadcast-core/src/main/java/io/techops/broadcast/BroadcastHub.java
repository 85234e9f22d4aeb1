package io.techops.broadcast;

import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One hub, many peers: what anyone sends, or the host application broadcasts, reaches everyone, in one order.
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.builder().overflow(OverflowPolicy.skip()).build();
 * hub.broadcast("hello");                                             // from any thread, any time
 * System.out.println(hub.peers().size() + " peers, " + hub.stats().messages() + " messages");
 * hub.close();                                                        // they get what was said, then 1001
 * }</pre>
 *
 * <p>The hub keeps the last messages in a bounded log, and for every peer the position up to which it has taken them.
 * Publishing never touches a socket: shards, one fewer than there are processors unless set otherwise, write to the
 * peers on the hub's executor.
 *
 * <p>A <em>slow peer</em> is one whose own transport is not writable; the {@link OverflowPolicy} and the stall timeout
 * decide what happens to it, and no other peer is affected. The hub is <em>saturated</em> when its shards cannot keep
 * up with the publishers: then publishers wait, and no peer that is writable loses anything.
 *
 * <p>Safe for use by any number of threads. Everything may be called from a policy or a listener. A transport must not
 * call what may wait.
 */
public abstract class BroadcastHub implements AutoCloseable {

    /** How long {@link #close()} lets peers take what is left: 5 seconds. */
    public static final Duration DEFAULT_CLOSE_LIMIT = Duration.ofSeconds(5);

    /** Found when it is first asked for; two threads may both look for it. */
    private static volatile ServiceLoader.@Nullable Provider<Builder> builders;

    /** For the engine alone, which is the only one to extend this class. */
    protected BroadcastHub() {
        EngineOnly.check(getClass());
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        ServiceLoader.Provider<Builder> found = builders;
        if (found == null) {
            found = EngineOnly.provider(Builder.class);
            builders = found;
        }
        return found.get();
    }

    /** {@return a new hub with the defaults} */
    public static BroadcastHub create() {
        return builder().build();
    }

    /**
     * Appends a message for everyone to the log, and returns. Waits only while the hub is saturated; a wait cannot be
     * interrupted, and ends with the shards' next round.
     *
     * <p>With a {@linkplain Builder#backplane backplane} it is on its way to the shared log when this returns. A wait
     * then ends after the {@link Builder#backplaneTimeout}.
     *
     * @param message the message
     * @throws IllegalArgumentException if the message is larger than the whole log
     * @throws IllegalStateException if the hub is closed, also while this call waits; or the backplane is away for too
     *     long: the message was not broadcast
     */
    public abstract void broadcast(Message message);

    /**
     * Broadcasts a text, as {@link #broadcast(Message)} does.
     *
     * @param text the text
     * @throws IllegalArgumentException if the message is larger than the whole log
     * @throws IllegalStateException as {@link #broadcast(Message)} does
     */
    public void broadcast(String text) {
        broadcast(text(text));
    }

    /**
     * Broadcasts a message as {@code options} say, and returns. Waits while the hub is saturated, as {@link
     * #broadcast(Message)} does: never for a peer that is slow.
     *
     * @param message the message
     * @param options to whom
     * @throws IllegalArgumentException if the message is larger than the whole log, or a receiver that was named is a
     *     peer of another hub
     * @throws IllegalStateException as {@link #broadcast(Message)} does
     */
    public abstract void broadcast(Message message, BroadcastOptions options);

    /**
     * Appends a message for everyone, unless the hub is saturated. Never waits.
     *
     * @param message the message
     * @return {@code false} if the hub is saturated, or closed: the message was not broadcast
     * @throws IllegalArgumentException if the message is larger than the whole log
     */
    public boolean tryBroadcast(Message message) {
        return tryBroadcast(message, BroadcastOptions.everyone());
    }

    /**
     * Broadcasts a text, as {@link #tryBroadcast(Message)} does.
     *
     * @param text the text
     * @return {@code false} if the hub is saturated, or closed: the message was not broadcast
     * @throws IllegalArgumentException if the message is larger than the whole log
     */
    public boolean tryBroadcast(String text) {
        return tryBroadcast(text(text));
    }

    /**
     * Broadcasts a message as {@code options} say, unless the hub is saturated. Never waits.
     *
     * @param message the message
     * @param options to whom
     * @return {@code false} if the hub is saturated, or closed: no peer gets the message
     * @throws IllegalArgumentException as {@link #broadcast(Message, BroadcastOptions)} does
     */
    public abstract boolean tryBroadcast(Message message, BroadcastOptions options);

    /**
     * Appends a message for everyone, as {@link #tryBroadcast(Message, BroadcastOptions, Duration)} does.
     *
     * @param message the message
     * @param limit how long to wait for room at most; zero does not wait
     * @return {@code false} if there was no room in time, or the hub is closed: the message was not broadcast
     * @throws IllegalArgumentException if the message is larger than the whole log, or {@code limit} is negative or
     *     over 365 days
     * @throws InterruptedException if this thread is interrupted while it waits, or was when it had to begin to: the
     *     message was not broadcast
     */
    public boolean tryBroadcast(Message message, Duration limit) throws InterruptedException {
        return tryBroadcast(message, BroadcastOptions.everyone(), limit);
    }

    /**
     * Broadcasts a message as {@code options} say; if the hub is saturated, waits for room, but not longer than
     * {@code limit}, as the hub's timer measures it. While there is room this does not wait, and does not look whether
     * the thread is interrupted.
     *
     * @param message the message
     * @param options to whom
     * @param limit how long to wait for room at most; zero does not wait
     * @return {@code false} if there was no room in time, or the hub is closed: no peer gets the message
     * @throws IllegalArgumentException as {@link #broadcast(Message, BroadcastOptions)} does, or if {@code limit} is
     *     negative or over 365 days
     * @throws InterruptedException if this thread is interrupted while it waits, or was when it had to begin to: no
     *     peer gets the message
     */
    public abstract boolean tryBroadcast(Message message, BroadcastOptions options, Duration limit)
            throws InterruptedException;

    /**
     * Broadcasts a message to everyone, as {@link #publish(Message, BroadcastOptions)} does.
     *
     * @param message the message
     * @return completed with the message's position
     */
    public CompletionStage<Position> publish(Message message) {
        return publish(message, BroadcastOptions.everyone());
    }

    /**
     * Broadcasts a text to everyone, as {@link #publish(Message, BroadcastOptions)} does.
     *
     * @param text the text
     * @return completed with the message's position
     */
    public CompletionStage<Position> publish(String text) {
        return publish(text(text));
    }

    /**
     * Broadcasts a message as {@code options} say, and tells its position once the message is in the log. Waits while
     * the hub is saturated, as {@link #broadcast(Message)} does. The message is in the log when this returns: the stage
     * is complete then, and what depends on it runs on the thread that adds it.
     *
     * <p>With a {@linkplain Builder#backplane backplane} the stage is complete when the shared log has answered. What
     * depends on it then runs on the hub's executor, and must not block. It fails with a {@code
     * io.techops.broadcast.spi.BackplaneException} if the message may or may not be in the log, or can never be.
     *
     * <p>What {@link #broadcast(Message, BroadcastOptions)} would throw completes the stage exceptionally; only
     * {@code null} is thrown. So does an {@link IllegalArgumentException} if {@code options} name receivers: a message
     * {@linkplain BroadcastOptions#to(Peer...) to some peers} has no position, and is not sent.
     *
     * @param message the message
     * @param options how, for everyone
     * @return completed with the message's position
     */
    public abstract CompletionStage<Position> publish(Message message, BroadcastOptions options);

    private static Message text(String text) {
        return Message.text(Objects.requireNonNull(text, "text"));
    }

    /**
     * {@return the peer with a number; {@code null} if none that is registered now has it} Takes the same time however
     * many peers there are.
     *
     * @param id the number of the peer, as {@link Peer#id} says
     */
    public abstract @Nullable Peer peer(long id);

    /** {@return the peers that are registered now; a copy} */
    public abstract Collection<Peer> peers();

    /** {@return what the hub has done so far} */
    public abstract HubStats stats();

    /** {@return whether the hub has begun to close: it takes no more messages and no more peers} */
    public abstract boolean isClosed();

    /**
     * Begins to close the hub, and returns. Nothing is taken any more; every peer is written what was broadcast before,
     * and is then closed with {@link CloseReason#GOING_AWAY}, many peers one after the other (see
     * {@link Builder#drainSpread}); what is left after {@code limit} is aborted. Only the first call counts.
     *
     * @param limit how long peers may take; zero aborts at once
     * @return completed when every connection has ended, the listener was told, and nothing of the hub runs any more
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public abstract CompletionStage<Void> shutdown(Duration limit);

    /**
     * Closes the hub as {@link #shutdown} does, and waits for the end and for the hub's threads, those that work for
     * adapters included. Called from one of these threads, a listener or a transport it does not wait,
     * because the end includes that the listener was told and the transports are closed. It returns a second after
     * {@code limit} at the latest, also if a listener or an adapter blocks, or the executor or the timer does not run
     * what it was given; the rest then ends by itself. A wait that is interrupted ends, the shutdown goes on.
     *
     * @param limit how long peers may take; zero aborts at once
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public abstract void close(Duration limit);

    /** Closes the hub as {@link #close(Duration)} does, with {@link #DEFAULT_CLOSE_LIMIT}. */
    @Override
    public void close() {
        close(DEFAULT_CLOSE_LIMIT);
    }

    /**
     * Sets up a hub. Every setting has a default; a setting is checked when it is given.
     *
     * <pre>{@code
     * BroadcastHub hub = BroadcastHub.builder()
     *         .retention(Retention.of(10_000, 32 << 20))
     *         .delivery(DeliveryPolicy.everyoneButSender())
     *         .stallTimeout(Duration.ofSeconds(30))
     *         .listener(new Doorman())
     *         .build();
     * }</pre>
     *
     * <p>Not safe for use by many threads.
     */
    public abstract static class Builder {

        /** For the engine alone, which is the only one to extend this class. */
        protected Builder() {
            EngineOnly.check(getClass());
        }

        /**
         * Sets the bounds of the log.
         *
         * @param retention {@link Retention#standard} by default: 4,096 messages or 8 MiB
         * @return this builder
         */
        public abstract Builder retention(Retention retention);

        /**
         * Sets what is done with a message that a peer sent. Unless it is declared {@linkplain
         * MessagePolicy#nonBlocking not to block}, as those of the library are, peers are read by threads of their own
         * for that.
         *
         * @param policy by default text of at most 64 KiB is relayed verbatim, longer text closes the peer, binary
         *     messages are ignored
         * @return this builder
         */
        public abstract Builder policy(MessagePolicy policy);

        /**
         * Sets who gets what a peer sent.
         *
         * @param delivery everyone by default, the sender included
         * @return this builder
         */
        public abstract Builder delivery(DeliveryPolicy delivery);

        /**
         * Sets what becomes of a peer that falls off the log's tail.
         *
         * @param overflow {@link OverflowPolicy#disconnect} by default
         * @return this builder
         */
        public abstract Builder overflow(OverflowPolicy overflow);

        /**
         * Sets whether a message with a {@linkplain BroadcastOptions#key key} replaces the older ones of its key for
         * every peer that has not got them yet. A peer that falls behind then gets the newest message of each key, in
         * the order of their positions, and never an older one after a newer one; messages without a key are delivered
         * as ever. Such a peer falls off the tail only if a message without a key was evicted that it had not got, or
         * one with a key that was forgotten ({@link Retention#keys}).
         *
         * @param conflate false by default
         * @return this builder
         */
        public abstract Builder conflate(boolean conflate);

        /**
         * Sets what a peer is given first, for state that the host application keeps itself.
         *
         * @param snapshot none by default
         * @return this builder
         */
        public abstract Builder snapshot(SnapshotSource snapshot);

        /**
         * Sets who is told about peers. Costs those who publish nothing.
         *
         * @param listener none by default
         * @return this builder
         */
        public abstract Builder listener(HubListener listener);

        /**
         * Sets who is told about messages, at once and by those who publish. Unless it is declared {@linkplain
         * MessageListener#nonBlocking not to block}, peers are read by threads of their own for that.
         *
         * @param messageListener none by default; may be the same object as the {@link #listener}
         * @return this builder
         */
        public abstract Builder messageListener(MessageListener messageListener);

        /**
         * Sets for how long a peer that is not writable may make no progress before it is closed with
         * {@link CloseReason#TRY_AGAIN_LATER}, also if nothing more is sent. The time counts from when it stopped being
         * writable, and begins anew whenever its transport says that the peer has taken a part of what it was given
         * ({@code Registration.progressed}): a slow peer that reads a large batch is not cut, as long as it does not
         * fall off the log's tail. It holds one batch meanwhile, no more.
         *
         * @param stallTimeout 10 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public abstract Builder stallTimeout(Duration stallTimeout);

        /**
         * Sets how long a close handshake that the hub began may take before the connection is aborted.
         *
         * @param closeTimeout 5 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public abstract Builder closeTimeout(Duration closeTimeout);

        /**
         * Sets how long a peer that is not writable for the moment holds back what other <em>peers</em> send, once
         * there is so much of it that this peer would fall off the log's tail: a flood is then slowed down to what its
         * receivers take. The time counts from when the peer stopped being writable, and begins anew whenever its
         * transport makes progress ({@code Registration.progressed}), up to 32 times for one batch: a peer that reads
         * is not run over, one that takes nothing for so long is, and no peer makes a flood slower than one batch
         * (320 KiB, or all that is kept) in 32 times as long. What the host application broadcasts is never held back
         * by this, nor is anything by messages that the peer cannot lose: those that have expired, and in a hub that
         * {@linkplain #conflate conflates} those with a key, as long as the retention keeps the newest of it.
         *
         * @param floodGrace 1 second by default; zero lets a flood run over a peer that cannot follow
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder floodGrace(Duration floodGrace);

        /**
         * Sets after how long without a sign of life a peer is pinged. Only what comes from the peer counts, not what
         * is sent to it.
         *
         * @param heartbeat 25 seconds by default, from which up to a tenth is taken off to spread the pings; zero for
         *     no heartbeat
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder heartbeat(Duration heartbeat);

        /**
         * Sets how long the answer to a ping may take before the connection is aborted.
         *
         * @param pongTimeout 10 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public abstract Builder pongTimeout(Duration pongTimeout);

        /**
         * Sets over what time the end of the hub spreads the closes of its peers, if they are many: up to 100 are
         * closed as soon as each has got everything; more than that one after the other at an even pace, so that those
         * who connect again at once do not all come back at the same moment. Never more than half of the limit that
         * {@link BroadcastHub#shutdown} is given, so that the last one has time for the close handshake.
         *
         * @param drainSpread 2 seconds by default; zero closes all as soon as each has got everything
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder drainSpread(Duration drainSpread);

        /**
         * Sets among how many tasks the peers are divided; those that compress are divided among as many others, so
         * that no other peer waits for compression.
         *
         * @param shards from 1 to 1,024; by default one fewer than there are processors, and at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is not from 1 to 1,024
         */
        public abstract Builder shards(int shards);

        /**
         * Sets what the names of the hub's own threads begin with, and what Java Flight Recorder shows for it.
         *
         * @param name {@code broadcast-hub} by default; not empty
         * @return this builder
         * @throws IllegalArgumentException if it is empty
         */
        public abstract Builder name(String name);

        /**
         * Sets whether events of the hub and of its peers are logged at DEBUG and recorded by Java Flight Recorder. A
         * hub that serves a health check or a warm-up need not be. Warnings are logged and events are counted in any
         * case.
         *
         * @param traced true by default
         * @return this builder
         */
        public abstract Builder traced(boolean traced);

        /**
         * Sets what runs the shards and the listener. It must run every task, and should be able to run as many at the
         * same time as there are shards, those of peers that compress included, and one more. The hub does not shut it
         * down.
         *
         * @param executor platform threads of the hub's own by default, which end with the hub
         * @return this builder
         */
        public abstract Builder executor(Executor executor);

        /**
         * Sets the clock and the timer.
         *
         * @param timer a thread of the hub's own by default, which ends with the hub
         * @return this builder
         */
        public abstract Builder timer(HubTimer timer);

        /**
         * Makes the hub one of many, on as many nodes, that share a log: what is broadcast goes to the log, and is
         * delivered when it comes back from there, by every node alike and in one order. Messages to some peers stay on
         * the node, and who is excluded is so on the node that broadcast.
         *
         * <p>While the engine that keeps the log is away, nothing is delivered but what is in the log already: {@link
         * BroadcastHub#broadcast} waits up to the {@link #backplaneTimeout}, {@link BroadcastHub#tryBroadcast} says no,
         * peers stay and are not read from once they have said something. When it is back all goes on by itself. A
         * message may then be in doubt, if the engine lost data while its answer was awaited: it is not sent again, and
         * counted ({@link BackplaneStats#unconfirmed}).
         *
         * @param backplane none by default; the hub does not close it
         * @return this builder
         * @throws IllegalArgumentException if it does not implement {@code io.techops.broadcast.spi.SharedLogs}
         */
        public abstract Builder backplane(Backplane backplane);

        /**
         * Sets which of the shared logs is the hub's.
         *
         * @param name the {@link #name} of the hub by default, which for a topic is that of the topic; 1 to 256
         *     characters
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public abstract Builder backplaneLog(String name);

        /**
         * Sets how long {@link BroadcastHub#broadcast} and {@link BroadcastHub#publish} wait while the backplane is
         * away, or does not take messages as fast as they come.
         *
         * @param backplaneTimeout 10 seconds by default; zero does not wait
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder backplaneTimeout(Duration backplaneTimeout);

        /**
         * Sets how long {@link #build} waits until the newest messages of the shared log are read. If the engine is
         * away it does not wait longer. The hub then takes no peers ({@link RefusalCause#BACKPLANE}) until they are.
         *
         * @param backplaneStartTimeout 5 seconds by default; zero does not wait
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder backplaneStartTimeout(Duration backplaneStartTimeout);

        /** {@return a new hub} */
        public abstract BroadcastHub build();

        /**
         * {@return a new hub that runs a task about once a second on the threads of the listener, one time after the
         * other, until it begins to close} Only the library calls it.
         *
         * @param everySecond makes the task, before it is run for the first time; returns at once
         */
        protected abstract BroadcastHub build(Function<BroadcastHub, Runnable> everySecond);
    }
}
