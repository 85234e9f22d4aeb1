package io.techops.broadcast;

import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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
 * Publishing never touches a socket: shards, one a processor unless set otherwise, write to the peers on the hub's
 * executor.
 *
 * <p>A <em>slow peer</em> is one whose own transport is not writable; what becomes of it, the {@link OverflowPolicy}
 * and the stall timeout say, and nobody else notices. The hub is <em>saturated</em> when its shards cannot keep up with
 * the publishers: then publishers wait, and no peer that is writable loses anything.
 *
 * <p>Safe for use by any number of threads. Everything may be called from a policy or a listener. A transport must not
 * call what may wait.
 */
public interface BroadcastHub extends AutoCloseable {

    /** How long {@link #close()} lets peers take what is left: 5 seconds. */
    Duration DEFAULT_CLOSE_LIMIT = Duration.ofSeconds(5);

    /** {@return a builder with the defaults} */
    static Builder builder() {
        return new Builder();
    }

    /** {@return a new hub with the defaults} */
    static BroadcastHub create() {
        return builder().build();
    }

    /**
     * Registers a connection: its peer is given everything that is broadcast from now on, and nothing from before.
     * Called by adapters.
     *
     * @param transport how bytes reach the peer; not written to before this method was called
     * @return what the adapter reports back with
     * @throws RefusedException if the hub is closed, or its listener is 10,000 departures behind
     */
    Registration register(Transport transport);

    /**
     * Takes note that a connection was refused, for {@link HubStats#refusals} alone. Called by adapters, for every
     * connection that asked for this hub and did not get as far as {@link #register}, and for one that it did not take.
     *
     * @param cause why
     */
    void refused(RefusalCause cause);

    /**
     * Appends a message for everyone to the log, and returns. Waits only while the hub is saturated; a wait cannot be
     * interrupted, and ends with the shards' next round.
     *
     * @param message the message
     * @return its sequence: the number of broadcasts before it
     * @throws IllegalArgumentException if the message is larger than the whole log
     * @throws IllegalStateException if the hub is closed, also while this call waits
     */
    long broadcast(Message message);

    /**
     * Broadcasts a text, as {@link #broadcast(Message)} does.
     *
     * @param text the text
     * @return its sequence
     * @throws IllegalArgumentException if the message is larger than the whole log
     * @throws IllegalStateException if the hub is closed, also while this call waits
     */
    default long broadcast(String text) {
        return broadcast(Message.text(Objects.requireNonNull(text, "text")));
    }

    /**
     * Broadcasts a message as {@code options} say, and returns. Waits while the hub is saturated, as {@link
     * #broadcast(Message)} does: never for a peer that is slow.
     *
     * @param message the message
     * @param options to whom
     * @throws IllegalArgumentException if the message is larger than the whole log, or a receiver that was named is a
     *     peer of another hub
     * @throws IllegalStateException if the hub is closed, also while this call waits
     */
    void broadcast(Message message, BroadcastOptions options);

    /**
     * Appends a message for everyone, unless the hub is saturated. Never waits.
     *
     * @param message the message
     * @return {@code false} if the hub is saturated, or closed: the message was not broadcast
     * @throws IllegalArgumentException if the message is larger than the whole log
     */
    boolean tryBroadcast(Message message);

    /**
     * Broadcasts a message as {@code options} say, unless the hub is saturated. Never waits.
     *
     * @param message the message
     * @param options to whom
     * @return {@code false} if the hub is saturated, or closed: no peer gets the message
     * @throws IllegalArgumentException as {@link #broadcast(Message, BroadcastOptions)} does
     */
    boolean tryBroadcast(Message message, BroadcastOptions options);

    /** {@return the peers that are registered now; a copy} */
    Collection<Peer> peers();

    /** {@return what the hub has done so far} */
    HubStats stats();

    /**
     * {@return whether {@link Registration#received} may have to wait for foreign code, because the policy or the
     * listener of messages {@linkplain MessagePolicy#mayBlock may block}} An adapter must then not call it on a thread
     * that others need, nor {@link #register}, which waits for nobody otherwise.
     */
    boolean mayBlockReading();

    /** {@return the threads for what adapters do that may block} Called by adapters. */
    BlockingTasks blockingTasks();

    /** {@return whether the hub has begun to close: it takes no more messages and no more peers} */
    boolean isClosed();

    /**
     * Begins to close the hub, and returns. Nothing is taken any more; every peer is written what was broadcast before,
     * and is then closed with {@link CloseReason#GOING_AWAY}, many peers one after the other (see
     * {@link Builder#drainSpread}); what is left after {@code limit} is aborted. Only the first call counts.
     *
     * @param limit how long peers may take; zero aborts at once
     * @return completed when every connection has ended, the listener was told, and nothing of the hub runs any more
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    CompletionStage<Void> shutdown(Duration limit);

    /**
     * Closes the hub as {@link #shutdown} does, and waits for the end and for the hub's threads, those of
     * {@link #blockingTasks} included. Called from one of these threads, a listener or a transport it does not wait,
     * because the end includes that the listener was told and the transports are closed. It returns a second after
     * {@code limit} at the latest, also if a listener or an adapter blocks, or the executor or the timer does not run
     * what it was given; the rest then ends by itself. A wait that is interrupted ends, the shutdown goes on.
     *
     * @param limit how long peers may take; zero aborts at once
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    void close(Duration limit);

    /** Closes the hub as {@link #close(Duration)} does, with {@link #DEFAULT_CLOSE_LIMIT}. */
    @Override
    default void close() {
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
    final class Builder {

        private static final HubListener NOBODY = new HubListener() { };
        private static final MessageListener NO_ONE = new MessageListener() { };

        Retention retention = Retention.of(4096, 8 << 20);
        MessagePolicy policy =
                MessagePolicy.textOnly().andThen(MessagePolicy.maxBytes(MessagePolicy.DEFAULT_MAX_BYTES));
        DeliveryPolicy delivery = DeliveryPolicy.everyone();
        OverflowPolicy overflow = OverflowPolicy.disconnect();
        HubListener listener = NOBODY;
        MessageListener messageListener = NO_ONE;
        Duration stallTimeout = Duration.ofSeconds(10);
        Duration closeTimeout = Duration.ofSeconds(5);
        Duration floodGrace = Duration.ofSeconds(1);
        Duration heartbeat = Duration.ofSeconds(25);
        Duration pongTimeout = Duration.ofSeconds(10);
        Duration drainSpread = Duration.ofSeconds(2);
        int shards = Runtime.getRuntime().availableProcessors();
        String name = "broadcast-hub";
        boolean traced = true;
        @Nullable Executor executor;
        @Nullable HubTimer timer;
        /** Set by {@link Topics}: threads that are not the hub's own, and what runs after the last event of a peer. */
        @Nullable HubThreads shared;
        Runnable afterGone = () -> { };

        private Builder() {
        }

        /**
         * Sets the bounds of the log.
         *
         * @param retention 4,096 messages or 8 MiB by default
         * @return this builder
         */
        public Builder retention(Retention retention) {
            this.retention = Objects.requireNonNull(retention, "retention");
            return this;
        }

        /**
         * Sets what is done with a message that a peer sent.
         *
         * @param policy by default text of at most 64 KiB is relayed verbatim, longer text closes the peer, binary
         *     messages are ignored
         * @return this builder
         */
        public Builder policy(MessagePolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets who gets what a peer sent.
         *
         * @param delivery everyone by default, the sender included
         * @return this builder
         */
        public Builder delivery(DeliveryPolicy delivery) {
            this.delivery = Objects.requireNonNull(delivery, "delivery");
            return this;
        }

        /**
         * Sets what becomes of a peer that falls off the log's tail.
         *
         * @param overflow {@link OverflowPolicy#disconnect} by default
         * @return this builder
         */
        public Builder overflow(OverflowPolicy overflow) {
            this.overflow = Objects.requireNonNull(overflow, "overflow");
            return this;
        }

        /**
         * Sets who is told about peers. Costs those who publish nothing.
         *
         * @param listener none by default
         * @return this builder
         */
        public Builder listener(HubListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Sets who is told about messages, at once and by those who publish. Unless it declares that it does
         * {@linkplain MessageListener#mayBlock not block}, peers are read by threads of their own for that.
         *
         * @param messageListener none by default; may be the same object as the {@link #listener}
         * @return this builder
         */
        public Builder messageListener(MessageListener messageListener) {
            this.messageListener = Objects.requireNonNull(messageListener, "messageListener");
            return this;
        }

        /**
         * Sets for how long a peer that is not writable may make no progress before it is closed with
         * {@link CloseReason#TRY_AGAIN_LATER}, also if nothing more is sent. The time counts from when it stopped being
         * writable, and begins anew whenever its transport says that the peer has taken a part of what it was given
         * ({@link Registration#progressed}): a slow peer that reads a large batch is not cut, as long as it does not
         * fall off the log's tail. It holds one batch meanwhile, no more.
         *
         * @param stallTimeout 10 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public Builder stallTimeout(Duration stallTimeout) {
            this.stallTimeout = DurationRules.positive("stallTimeout", stallTimeout);
            return this;
        }

        /**
         * Sets how long a close handshake that the hub began may take before the connection is aborted.
         *
         * @param closeTimeout 5 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public Builder closeTimeout(Duration closeTimeout) {
            this.closeTimeout = DurationRules.positive("closeTimeout", closeTimeout);
            return this;
        }

        /**
         * Sets how long a peer that is not writable for the moment holds back what other <em>peers</em> send, once
         * there is so much of it that this peer would fall off the log's tail: a flood is then slowed down to what its
         * receivers take. The time counts from when the peer stopped being writable, and begins anew whenever its
         * transport makes progress ({@link Registration#progressed}), up to 32 times for one batch: a peer that reads
         * is not run over, one that takes nothing for so long is, and no peer makes a flood slower than one batch
         * (320 KiB, or all that is kept) in 32 times as long. What the host application broadcasts is never held back
         * by this.
         *
         * @param floodGrace 1 second by default; zero lets a flood run over whoever cannot follow
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public Builder floodGrace(Duration floodGrace) {
            this.floodGrace = DurationRules.notNegative("floodGrace", floodGrace);
            return this;
        }

        /**
         * Sets after how long without a sign of life a peer is pinged. Only what comes from the peer counts, not what
         * is sent to it.
         *
         * @param heartbeat 25 seconds by default, from which up to a tenth is taken off to spread the pings; zero for
         *     no heartbeat
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = DurationRules.notNegative("heartbeat", heartbeat);
            return this;
        }

        /**
         * Sets how long the answer to a ping may take before the connection is aborted.
         *
         * @param pongTimeout 10 seconds by default; more than zero
         * @return this builder
         * @throws IllegalArgumentException if it is zero or less, or over 365 days
         */
        public Builder pongTimeout(Duration pongTimeout) {
            this.pongTimeout = DurationRules.positive("pongTimeout", pongTimeout);
            return this;
        }

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
        public Builder drainSpread(Duration drainSpread) {
            this.drainSpread = DurationRules.notNegative("drainSpread", drainSpread);
            return this;
        }

        /**
         * Sets among how many tasks the peers are divided.
         *
         * @param shards one a processor by default; from 1 to 1,024
         * @return this builder
         * @throws IllegalArgumentException if it is not from 1 to 1,024
         */
        public Builder shards(int shards) {
            if (shards < 1 || shards > 1024) {
                throw new IllegalArgumentException("shards must be from 1 to 1024: " + shards);
            }
            this.shards = shards;
            return this;
        }

        /**
         * Sets what the names of the hub's own threads begin with, and what Java Flight Recorder shows for it.
         *
         * @param name {@code broadcast-hub} by default; not empty
         * @return this builder
         * @throws IllegalArgumentException if it is empty
         */
        public Builder name(String name) {
            Objects.requireNonNull(name, "name");
            if (name.isEmpty()) {
                throw new IllegalArgumentException("name must not be empty");
            }
            this.name = name;
            return this;
        }

        /**
         * Sets whether events of the hub and of its peers are logged at DEBUG and recorded by Java Flight Recorder. A
         * hub that serves a health check or a warm-up need not be. Warnings are logged and events are counted in any
         * case.
         *
         * @param traced true by default
         * @return this builder
         */
        public Builder traced(boolean traced) {
            this.traced = traced;
            return this;
        }

        /**
         * Sets what runs the shards and the listener. It must run every task, and should be able to run as many at the
         * same time as there are shards, and one more. The hub does not shut it down.
         *
         * @param executor platform threads of the hub's own by default, which end with the hub
         * @return this builder
         */
        public Builder executor(Executor executor) {
            this.executor = Objects.requireNonNull(executor, "executor");
            return this;
        }

        /**
         * Sets the clock and the timer.
         *
         * @param timer a thread of the hub's own by default, which ends with the hub
         * @return this builder
         */
        public Builder timer(HubTimer timer) {
            this.timer = Objects.requireNonNull(timer, "timer");
            return this;
        }

        Builder sharing(HubThreads threads, Runnable after) {
            shared = threads;
            afterGone = after;
            return this;
        }

        /** {@return a new hub} */
        public BroadcastHub build() {
            return new LogHub(this);
        }

        /** {@return whether there is no listener for peers} */
        boolean tellsNobody() {
            return listener == NOBODY;
        }

        /** {@return whether there is no listener for messages} */
        boolean tellsNoMessages() {
            return messageListener == NO_ONE;
        }
    }
}
