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
 * One hub, many peers: what any peer sends, or the host application broadcasts, reaches every peer, in one order.
 *
 * <pre>{@code
 * BroadcastHub hub = BroadcastHub.builder().overflow(OverflowPolicy.skip()).build();
 * hub.broadcast("hello");                                             // from any thread, any time
 * System.out.println(hub.peers().size() + " peers, " + hub.stats().messages() + " messages");
 * hub.close();                                                        // peers get what was broadcast, then 1001
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
 * <p>Safe for use by any number of threads. A policy or a listener may call every method. A transport must not call a
 * method that may wait.
 */
public abstract class BroadcastHub implements AutoCloseable {

    /** How long {@link #close()} lets peers take what is left: 5 seconds. */
    public static final Duration DEFAULT_CLOSE_LIMIT = Duration.ofSeconds(5);

    /** Looked up at the first use; two threads may both look it up. */
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
     * <p>With a {@linkplain Builder#backplane backplane} the message is on its way to the shared log when this method
     * returns, and a wait ends after the {@link Builder#backplaneTimeout} at the latest.
     *
     * @param message the message
     * @throws IllegalArgumentException if the message is larger than the whole log
     * @throws IllegalStateException if the hub is closed, before this call or while it waits, or if the backplane is
     *     away for too long: the message was not broadcast
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
     * #broadcast(Message)} does, but never for a slow peer.
     *
     * @param message the message
     * @param options the receivers, the key and the time to live
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
     * @param options the receivers, the key and the time to live
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
     * Broadcasts a message as {@code options} say; if the hub is saturated, waits for room, but not longer than {@code
     * limit}, measured by the hub's timer. If there is room, this method does not wait and does not check whether the
     * thread is interrupted.
     *
     * @param message the message
     * @param options the receivers, the key and the time to live
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
     * @return a stage that completes with the message's position
     */
    public CompletionStage<Position> publish(Message message) {
        return publish(message, BroadcastOptions.everyone());
    }

    /**
     * Broadcasts a text to everyone, as {@link #publish(Message, BroadcastOptions)} does.
     *
     * @param text the text
     * @return a stage that completes with the message's position
     */
    public CompletionStage<Position> publish(String text) {
        return publish(text(text));
    }

    /**
     * Broadcasts a message as {@code options} say, and returns its position. Waits while the hub is saturated, as
     * {@link #broadcast(Message)} does. Without a backplane the message is in the log when this method returns, and the
     * stage is already complete: a dependent action runs on the thread that adds it.
     *
     * <p>With a {@linkplain Builder#backplane backplane} the stage completes when the shared log has answered.
     * Dependent actions then run on the hub's executor, and must not block. The stage fails with a {@code
     * io.techops.broadcast.spi.BackplaneException} if it is unknown whether the shared log has the message, or if the
     * shared log can never take it.
     *
     * <p>An exception that {@link #broadcast(Message, BroadcastOptions)} would throw completes the stage exceptionally;
     * only the {@link NullPointerException} for a null argument is thrown. If {@code options} name receivers, the stage
     * fails with an {@link IllegalArgumentException}: a message {@linkplain BroadcastOptions#to(Peer...) to some peers}
     * has no position, and is not sent.
     *
     * @param message the message
     * @param options the options, which must not name receivers
     * @return a stage that completes with the message's position
     */
    public abstract CompletionStage<Position> publish(Message message, BroadcastOptions options);

    private static Message text(String text) {
        return Message.text(Objects.requireNonNull(text, "text"));
    }

    /**
     * {@return the peer with an id; {@code null} if no peer that is registered now has it} Takes constant time.
     *
     * @param id the id of the peer, as {@link Peer#id} returns it
     */
    public abstract @Nullable Peer peer(long id);

    /** {@return the peers that are registered now; a copy} */
    public abstract Collection<Peer> peers();

    /** {@return the figures of the hub: what it has done so far, and its state now} */
    public abstract HubStats stats();

    /** {@return whether the hub has begun to close, and so takes no more messages and no more peers} */
    public abstract boolean isClosed();

    /**
     * Begins to close the hub, and returns. The hub takes no more messages and no more peers. Every peer receives what
     * was broadcast before, and is then closed with {@link CloseReason#GOING_AWAY}; if there are many peers, they are
     * closed one after the other (see {@link Builder#drainSpread}). Connections that are left after {@code limit} are
     * aborted. Only the first call counts.
     *
     * @param limit how long peers may take; zero aborts at once
     * @return a stage that completes when every connection has ended, the listener has been told, and nothing of the
     *     hub runs any more
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public abstract CompletionStage<Void> shutdown(Duration limit);

    /**
     * Closes the hub as {@link #shutdown} does, and waits until the shutdown is complete and the hub's threads have
     * ended, including those that work for adapters. When it is called from one of these threads, from a listener or
     * from a transport, it does not wait: the shutdown could not complete before that call returns. It returns one
     * second after {@code limit} at the latest, even if a listener or an adapter blocks, or the executor or the timer
     * does not run its tasks; the rest then ends by itself. An interrupt ends the wait; the shutdown goes on.
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
         * @param retention the bounds; {@link Retention#standard} by default: 4,096 messages or 8 MiB
         * @return this builder
         */
        public abstract Builder retention(Retention retention);

        /**
         * Sets what is done with a message that a peer sent. Unless the policy is declared {@linkplain
         * MessagePolicy#nonBlocking not to block}, as the policies of the library are, peers are read on separate
         * threads, which the policy may block.
         *
         * @param policy by default text of at most 64 KiB is relayed verbatim, longer text closes the peer, binary
         *     messages are ignored
         * @return this builder
         */
        public abstract Builder policy(MessagePolicy policy);

        /**
         * Sets which peers receive what a peer sent.
         *
         * @param delivery everyone by default, the sender included
         * @return this builder
         */
        public abstract Builder delivery(DeliveryPolicy delivery);

        /**
         * Sets what happens to a peer that falls off the log's tail.
         *
         * @param overflow {@link OverflowPolicy#disconnect} by default
         * @return this builder
         */
        public abstract Builder overflow(OverflowPolicy overflow);

        /**
         * Sets whether a message with a {@linkplain BroadcastOptions#key key} replaces the older messages of its key
         * for every peer that has not received them yet. A peer that falls behind then receives the newest message of
         * each key, in the order of their positions, and never an older one after a newer one; messages without a key
         * are not affected. Such a peer falls off the tail only if it had not received a message without a key when
         * that was evicted, or the newest message of a key when that key was forgotten ({@link Retention#keys}).
         *
         * @param conflate false by default
         * @return this builder
         */
        public abstract Builder conflate(boolean conflate);

        /**
         * Sets the source of the messages that a new peer receives first: the current state, which the host application
         * keeps.
         *
         * @param snapshot none by default
         * @return this builder
         */
        public abstract Builder snapshot(SnapshotSource snapshot);

        /**
         * Sets the listener for the lives of peers. It never delays a publisher.
         *
         * @param listener none by default
         * @return this builder
         */
        public abstract Builder listener(HubListener listener);

        /**
         * Sets the listener for messages, which is called on the publishing thread. Unless it is declared {@linkplain
         * MessageListener#nonBlocking not to block}, peers are read on separate threads, which it may block.
         *
         * @param messageListener none by default; may be the same object as the {@link #listener}
         * @return this builder
         */
        public abstract Builder messageListener(MessageListener messageListener);

        /**
         * Sets for how long a peer that is not writable may make no progress before it is closed with {@link
         * CloseReason#TRY_AGAIN_LATER}, even if nothing more is sent. The time is measured from when the peer stopped
         * being writable, and starts again whenever its transport reports that the peer has taken a part of its batch
         * ({@code Registration.progressed}). So a slow peer that reads a large batch is not disconnected, as long as it
         * does not fall off the log's tail. Its transport holds no more than that one batch meanwhile.
         *
         * @param stallTimeout 10 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public abstract Builder stallTimeout(Duration stallTimeout);

        /**
         * Sets how long a close handshake that the hub started may take before the connection is aborted (RFC 6455
         * section 7.1.1).
         *
         * @param closeTimeout 5 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public abstract Builder closeTimeout(Duration closeTimeout);

        /**
         * Sets how long a peer that is not writable holds back what other <em>peers</em> send, when more of it would
         * make this peer fall off the log's tail. A flood is thereby slowed down to what its receivers can take. The
         * time is measured from when the peer stopped being writable, and starts again whenever its transport makes
         * progress ({@code Registration.progressed}), at most 32 times for one batch. So a peer that keeps reading does
         * not fall off the tail because of a flood, a peer that takes nothing for this long does, and no peer can slow
         * a flood below one batch (320 KiB, or all that is kept) in 32 times this duration. Messages of the host
         * application are never held back by this setting. A peer does not hold anything back for messages that it
         * cannot lose: those that have expired, and, in a hub that {@linkplain #conflate conflates}, those with a key,
         * as long as the retention keeps the newest message of the key.
         *
         * @param floodGrace 1 second by default; with zero a peer that is not writable holds nothing back
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder floodGrace(Duration floodGrace);

        /**
         * Sets after how long without inbound traffic a peer is pinged (RFC 6455 section 5.5.2). What is sent to the
         * peer does not count.
         *
         * @param heartbeat 25 seconds by default; a ping is sent up to a tenth of it earlier, to spread the pings of
         *     many peers; zero for no heartbeat
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder heartbeat(Duration heartbeat);

        /**
         * Sets how long a pong may take before the connection is aborted.
         *
         * @param pongTimeout 10 seconds by default; more than zero; needs a {@link #heartbeat}
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public abstract Builder pongTimeout(Duration pongTimeout);

        /**
         * Sets over how long a shutdown spreads the closing of its peers. Up to 100 peers are closed as soon as each
         * has received everything. More than 100 are closed one after the other at an even pace, so that clients that
         * reconnect at once do not all do so at the same moment. The closing is spread over at most half of the limit
         * that {@link BroadcastHub#shutdown} is given, so that the last peer has time for the close handshake.
         *
         * @param drainSpread 2 seconds by default; with zero every peer is closed as soon as it has received everything
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder drainSpread(Duration drainSpread);

        /**
         * Sets the number of shards, which are the tasks that write to the peers; every peer belongs to one of them.
         * Peers with compression are divided among as many further shards, so that no other peer waits for compression.
         *
         * @param shards from 1 to 1,024; by default one fewer than the number of processors, and at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is not from 1 to 1,024
         */
        public abstract Builder shards(int shards);

        /**
         * Sets the name of the hub in logs and in events of Java Flight Recorder, and the prefix of the names of its
         * threads. With a backplane it is also the name of the shared log, unless {@link #backplaneLog} is set.
         *
         * @param name {@code broadcast-hub} by default; not empty
         * @return this builder
         * @throws IllegalArgumentException if it is empty
         */
        public abstract Builder name(String name);

        /**
         * Sets whether events of the hub and of its peers are logged at DEBUG and recorded by Java Flight Recorder;
         * switch this off for a hub that serves only a health check or a warm-up. Warnings are logged and events are
         * counted in any case.
         *
         * @param traced true by default
         * @return this builder
         */
        public abstract Builder traced(boolean traced);

        /**
         * Sets the executor that runs the shards and the listener. It must run every task. It should be able to run one
         * task for each shard, those of peers with compression included, and one more, at the same time. The hub does
         * not shut it down.
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
         * Makes the hub one of many, each on a node of its own, that share a log. A broadcast is appended to the shared
         * log, and every node, this one included, delivers it when it reads it from there: in one order on all nodes. A
         * message to some peers stays on its node, and excluded peers are excluded only on the node that broadcasts.
         * Hubs share a log if they have the same {@link #backplaneLog}, which is their {@link #name} by default.
         *
         * <p>While the engine that keeps the shared log is away, only messages that are in the log already are
         * delivered. {@link BroadcastHub#broadcast} waits up to the {@link #backplaneTimeout}, {@link
         * BroadcastHub#tryBroadcast} returns false, and a peer stays connected but is not read any further once it has
         * sent a message. When the engine is back, everything continues by itself. If the engine lost data before it
         * answered an append, it is unknown whether the message is in the log: it is not appended again, and is counted
         * ({@link BackplaneStats#unconfirmed}).
         *
         * @param backplane none by default; the hub does not close it
         * @return this builder
         * @throws IllegalArgumentException if it does not implement {@code io.techops.broadcast.spi.SharedLogs}
         */
        public abstract Builder backplane(Backplane backplane);

        /**
         * Sets the name of the shared log that the hub uses.
         *
         * @param name 1 to 256 characters; by default the {@link #name} of the hub, which for the hub of a topic is the
         *     topic's name; needs a {@link #backplane}
         * @return this builder
         * @throws IllegalArgumentException if it is empty or longer than 256 characters
         */
        public abstract Builder backplaneLog(String name);

        /**
         * Sets how long {@link BroadcastHub#broadcast} and {@link BroadcastHub#publish} wait while the backplane is
         * away, or does not take messages as fast as they come.
         *
         * @param backplaneTimeout 10 seconds by default; zero does not wait; needs a {@link #backplane}
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder backplaneTimeout(Duration backplaneTimeout);

        /**
         * Sets how long {@link #build} waits until the hub has read the newest messages of the shared log. It stops
         * waiting as soon as the engine is known to be away. Until the hub has read these messages, it takes no peers
         * ({@link RefusalCause#BACKPLANE}).
         *
         * @param backplaneStartTimeout 5 seconds by default; zero does not wait; needs a {@link #backplane}
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder backplaneStartTimeout(Duration backplaneStartTimeout);

        /**
         * {@return a new hub}
         *
         * @throws IllegalStateException if a setting has no effect without another one
         */
        public abstract BroadcastHub build();

        /**
         * {@return a new hub that runs a task about once a second on the threads of the listener, never twice at the
         * same time, until the hub begins to close} Only the library calls it.
         *
         * @param everySecond makes the task of the new hub; returns at once
         */
        protected abstract BroadcastHub build(Function<BroadcastHub, Runnable> everySecond);
    }
}
