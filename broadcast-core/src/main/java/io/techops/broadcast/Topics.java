package io.techops.broadcast;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * Many hubs, each with a name. A topic is created when it is first used, and expires when it has been idle for a while.
 *
 * <pre>{@code
 * Topics topics = Topics.builder()
 *         .recipe((topic, hub) -> hub.retention(Retention.of(256, 1 << 20)))
 *         .build();
 * topics.hub("news").broadcast("hello");
 * }</pre>
 *
 * <p>A topic is created when a peer registers with it, or the host application broadcasts to it. Its hub is made by the
 * {@link Recipe}.
 *
 * <p>A topic expires when it has had no peer, and nothing was broadcast to it, for as long as it {@linkplain
 * Builder#linger lingers}. Registering with, or broadcasting to, a topic that is expiring creates a new instance of it;
 * no message is lost. A new instance begins with an empty log, an epoch of its own, and sequences from 1.
 *
 * <p>All hubs share one timer, and threads that come and go: an idle topic costs no thread, and some kilobytes. The
 * listeners of different topics do not wait for each other, nor do topics.
 *
 * <p>A name is 1 to 128 of the characters that RFC 3986 section 2.3 calls unreserved,
 * {@code A-Z a-z 0-9 - . _ ~}, and does not begin with a dot. Upper and lower case differ.
 *
 * <p>An interface, so that frameworks can put a proxy before it: it may be a bean of any scope. The library alone
 * implements it. Safe for use by any number of threads.
 */
public interface Topics extends AutoCloseable {

    /** How many topics there may be unless set otherwise: 1,000. */
    int DEFAULT_MAX_TOPICS = 1_000;

    /** Prepares the hub of each topic. */
    @FunctionalInterface
    interface Recipe {

        /**
         * Sets up the hub of a topic that is being created. Called once for each instance, by the thread that creates
         * it; other threads that need the topic wait meanwhile, so it should not take long. No lock is held. It must
         * not use the topic itself, nor one whose recipe uses this topic: the two would wait for each other. What it
         * throws is thrown at all callers that needed the topic.
         *
         * @param topic the topic's name
         * @param hub the builder: it has the defaults, but one shard, the topic's name, and the threads and the timer
         *     that all hubs share
         */
        void prepare(String topic, BroadcastHub.Builder hub);
    }

    /** {@return topics with the defaults} */
    static Topics create() {
        return builder().build();
    }

    /** {@return a builder with the defaults} */
    static Builder builder() {
        return EngineOnly.provider(Builder.class).get();
    }

    /**
     * {@return whether there may be a topic of that name: it has the form of one, and {@link Builder#allowed} permits
     * it}
     *
     * @param name the name, decoded
     */
    boolean isAllowed(String name);

    /**
     * {@return a topic as a hub, which is valid until these topics are closed} The topic need not exist, and is not
     * created by this call. Every later call goes to the hub that the topic has then: registering and broadcasting
     * create the topic if it does not exist, and throw {@link RefusedException} if that would be one topic too many; a
     * broadcast to a topic without peers is delivered to no peer. A topic that does not exist has no peers, and its
     * figures are zero. Closing the hub ends the present instance of the topic alone: its peers are closed, and the
     * next use creates another instance.
     *
     * @param name the topic's name
     * @throws IllegalArgumentException if there may be no topic of that name, see {@link #isAllowed}
     */
    BroadcastHub hub(String name);

    /**
     * Takes note that a connection was refused, for {@link TopicsStats} alone; called by adapters. It is counted for
     * all topics together, because there may be no topic that it asked for.
     *
     * @param cause why
     */
    void refused(RefusalCause cause);

    /** {@return the names of the topics that exist now, in order; a copy} */
    Set<String> names();

    /** {@return what all topics have done, and how they are} */
    TopicsStats stats();

    /** {@return whether these topics have begun to close} */
    boolean isClosed();

    /**
     * Begins to close all topics, and returns; each as {@link BroadcastHub#shutdown} says. Only the first call counts.
     *
     * @param limit how long peers may take; zero aborts at once
     * @return completed when every hub has ended, and nothing of them runs any more
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    CompletionStage<Void> shutdown(Duration limit);

    /**
     * Closes all topics as {@link #shutdown} does, and waits for the end. Called from a listener or a transport of a
     * topic it does not wait. A wait that is interrupted ends, the shutdown goes on.
     *
     * @param limit how long peers may take; zero aborts at once
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    void close(Duration limit);

    /** Closes all topics as {@link #close(Duration)} does, with {@link BroadcastHub#DEFAULT_CLOSE_LIMIT}. */
    @Override
    default void close() {
        close(BroadcastHub.DEFAULT_CLOSE_LIMIT);
    }

    /**
     * Sets up topics. Every setting has a default; a setting is checked when it is given. Not safe for many threads.
     */
    abstract class Builder {

        /** For the engine alone, which is the only one to extend this class. */
        protected Builder() {
            EngineOnly.check(getClass());
        }

        /**
         * Sets what prepares the hub of each topic.
         *
         * @param recipe leaves all at its default by default
         * @return this builder
         */
        public abstract Builder recipe(Recipe recipe);

        /**
         * Sets how many topics may exist at a time. If one more is needed, the topic that has been idle for longest is
         * removed; if none is idle, the new one cannot be created.
         *
         * @param maxTopics {@value #DEFAULT_MAX_TOPICS} by default; from 1 to 1,000,000
         * @return this builder
         * @throws IllegalArgumentException if it is not from 1 to 1,000,000
         */
        public abstract Builder maxTopics(int maxTopics);

        /**
         * Sets how long a topic stays after its last peer has left, and after the last broadcast to it.
         *
         * @param linger 1 minute by default; with zero a topic expires at once
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder linger(Duration linger);

        /**
         * Sets which topics there may be, of those whose name has the form of one.
         *
         * @param allowed says whether there may be a topic of that name; called by any thread whenever a topic is
         *     looked up by its name, with a name of the right form; allows all by default
         * @return this builder
         */
        public abstract Builder allowed(Predicate<String> allowed);

        /**
         * Sets what runs the shards and the listeners of all hubs, as {@link BroadcastHub.Builder#executor} does.
         *
         * @param executor threads of these topics by default, which come when there is something to do and go after 10
         *     seconds without
         * @return this builder
         */
        public abstract Builder executor(Executor executor);

        /**
         * Sets the clock and the timer of all hubs.
         *
         * @param timer one thread for all by default
         * @return this builder
         */
        public abstract Builder timer(HubTimer timer);

        /** {@return new topics, none of which exists yet} */
        public abstract Topics build();
    }
}
