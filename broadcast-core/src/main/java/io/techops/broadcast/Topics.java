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
 * <p>A topic expires when it has had no peer and no broadcast for as long as its {@linkplain Builder#idleTimeout idle
 * timeout}. Registering with, or broadcasting to, a topic that is expiring creates a new instance of it; no message is
 * lost. A new instance begins with an empty log, an epoch of its own, and sequences from 1.
 *
 * <p>All hubs share one timer, and threads that end when they are idle: an idle topic uses no thread, and some
 * kilobytes of memory. Neither topics nor their listeners wait for each other.
 *
 * <p>A name is 1 to 128 of the characters that RFC 3986 section 2.3 calls unreserved,
 * {@code A-Z a-z 0-9 - . _ ~}, and does not begin with a dot. Upper and lower case differ.
 *
 * <p>An interface, so that a framework can make a proxy of it, as for a bean of any scope. Only the library implements
 * it. Safe for use by any number of threads.
 */
public interface Topics extends AutoCloseable {

    /** How many topics there may be unless set otherwise: 1,000. */
    int DEFAULT_MAX_TOPICS = 1_000;

    /** Prepares the hub of each topic. */
    @FunctionalInterface
    interface Recipe {

        /**
         * Sets up the hub of a topic that is being created. Called once for each instance, by the thread that creates
         * it, without a lock; other threads that need the topic wait meanwhile, so a recipe should be quick. It must
         * not use the topic itself, nor a topic whose recipe uses this one: that would be a deadlock. What it throws is
         * thrown to every caller that needs the topic.
         *
         * @param topic the topic's name
         * @param hub the builder, with the defaults of a hub except for one shard, the topic's name, and the threads
         *     and the timer that all topics share
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
     * {@return whether a topic may have a name: the name is well-formed, and {@link Builder#allowed} permits it}
     *
     * @param name the name, after percent-decoding
     */
    boolean isAllowed(String name);

    /**
     * {@return a topic as a hub, which may be used until these topics are closed} The topic need not exist, and is not
     * created by this call. Each call of the returned hub goes to the current instance of the topic. Registering and
     * broadcasting create the topic if it does not exist, and throw {@link RefusedException} if there are too many
     * topics. A topic that does not exist has no peers, and its figures are zero. Closing the hub ends only the current
     * instance of the topic: its peers are closed, and the next use creates a new instance.
     *
     * @param name the topic's name
     * @throws IllegalArgumentException if a topic may not have this name, see {@link #isAllowed}
     */
    BroadcastHub hub(String name);

    /**
     * Counts a connection that was refused, in the total of {@link TopicsStats} alone, because the topic that it asked
     * for may not exist. Called by adapters.
     *
     * @param cause the cause
     */
    void refused(RefusalCause cause);

    /** {@return the names of the topics that exist now, in alphabetical order; a copy} */
    Set<String> names();

    /** {@return the figures of all topics: what they have done so far, and their state now} */
    TopicsStats stats();

    /** {@return whether these topics have begun to close} */
    boolean isClosed();

    /**
     * Begins to close all topics, each as {@link BroadcastHub#shutdown} says, and returns. Only the first call counts.
     *
     * @param limit how long peers may take; zero aborts at once
     * @return a stage that completes when every hub has ended, and nothing of them runs any more
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    CompletionStage<Void> shutdown(Duration limit);

    /**
     * Closes all topics as {@link #shutdown} does, and waits until they have ended. When it is called from a listener
     * or a transport of a topic, it does not wait. An interrupt ends the wait; the shutdown goes on.
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
     * Sets up topics. Every setting has a default; a setting is checked when it is given. Not safe for use by many
     * threads.
     */
    abstract class Builder {

        /** For the engine alone, which is the only one to extend this class. */
        protected Builder() {
            EngineOnly.check(getClass());
        }

        /**
         * Sets what prepares the hub of each topic.
         *
         * @param recipe the recipe; by default the hubs have the default settings
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
         * Sets how long a topic is kept after its last peer has left, and after the last broadcast to it.
         *
         * @param idleTimeout 1 minute by default; with zero a topic expires at once
         * @return this builder
         * @throws IllegalArgumentException if it is negative, or over 365 days
         */
        public abstract Builder idleTimeout(Duration idleTimeout);

        /**
         * Sets which well-formed names topics may have.
         *
         * @param allowed tests a well-formed name; called by any thread whenever a topic is looked up by its name;
         *     allows every name by default
         * @return this builder
         */
        public abstract Builder allowed(Predicate<String> allowed);

        /**
         * Sets what runs the shards and the listeners of all hubs, as {@link BroadcastHub.Builder#executor} does.
         *
         * @param executor by default threads of these topics, which are created on demand and end after 10 seconds
         *     without work
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

        /** {@return new topics; no topic exists yet} */
        public abstract Topics build();
    }
}
