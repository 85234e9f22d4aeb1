package io.techops.broadcast.spring;

import io.techops.broadcast.Retention;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties that begin with {@code broadcast}. A property that is not set has the default of the library's setting
 * of the same name. Immutable.
 *
 * @param enabled Whether the starter is active.
 * @param path Path of the hub's endpoint. Default '/live'; if 'broadcast.topics.path' is set, there is no hub by
 *     default.
 * @param name Name of the hub, its threads, and its log with a backplane. Default 'broadcast-hub'.
 * @param retention How many messages are kept for peers that lag, resume or replay.
 * @param overflow What happens to a peer that falls off the log's tail. Default 'disconnect'.
 * @param delivery Which peers receive what a peer sent. Default 'everyone'.
 * @param conflate Whether a newer message of a key replaces those that a peer has not received yet. Default 'false'.
 * @param stallTimeout How long a peer that is not writable may make no progress. Default '10s'.
 * @param closeTimeout How long a close handshake may take. Default '5s'.
 * @param closeLimit How long peers may take to receive what is left when the application stops. Default '5s'.
 * @param floodGrace How long a peer that is not writable holds back what other peers send. Default '1s'.
 * @param heartbeat After how long without inbound traffic a peer is pinged; '0' for no pings. Default '25s'.
 * @param pongTimeout How long a pong may take. Default '10s'.
 * @param drainSpread Over how long a shutdown spreads the closing of many peers. Default '2s'.
 * @param shards Number of tasks that write to the peers of the hub. Default one fewer than the number of processors.
 * @param maxMessageBytes The largest message that a peer may send; a larger one ends the connection with 1009. Default
 *     '64KB'.
 * @param subprotocols Subprotocols of the application, the preferred one first, in addition to broadcast.v1. None by
 *     default.
 * @param allowedOrigins Origins whose pages may connect, such as 'https://example.org'. All origins by default.
 * @param handshakeTimeout How long a handshake policy may take to decide. Default '10s'.
 * @param replayLimits Which earlier messages clients may ask for.
 * @param topics Topics, each of which is a hub with a name.
 * @param backplane How the hubs use a log that many nodes share.
 */
@ConfigurationProperties("broadcast")
public record BroadcastProperties(@DefaultValue("true") boolean enabled, @Nullable String path, @Nullable String name,
        @DefaultValue Kept retention, @Nullable Overflow overflow, @Nullable Delivery delivery,
        @Nullable Boolean conflate, @Nullable Duration stallTimeout, @Nullable Duration closeTimeout,
        @Nullable Duration closeLimit, @Nullable Duration floodGrace, @Nullable Duration heartbeat,
        @Nullable Duration pongTimeout, @Nullable Duration drainSpread, @Nullable Integer shards,
        @Nullable DataSize maxMessageBytes, @DefaultValue List<String> subprotocols,
        @DefaultValue List<String> allowedOrigins, @Nullable Duration handshakeTimeout,
        @DefaultValue Past replayLimits, @DefaultValue Many topics, @DefaultValue Shared backplane) {

    /** What happens to a peer that falls off the log's tail. */
    public enum Overflow {

        /** The peer is disconnected. */
        DISCONNECT,

        /** The peer continues with the oldest message that is still kept. */
        SKIP
    }

    /** Which peers receive what a peer sent. */
    public enum Delivery {

        /** Every peer, the sender included. */
        EVERYONE,

        /** Every peer but the sender. */
        EVERYONE_BUT_SENDER
    }

    /**
     * How many messages a hub keeps, see {@link Retention}.
     *
     * @param messages The most messages.
     * @param bytes The most bytes.
     * @param age The greatest age of a message. No limit by default.
     * @param keys The most keys whose newest message is kept beside the log. Default 10000.
     * @param keyBytes The most bytes of these messages. Default '8MB'.
     * @param keyAge The greatest age of these messages. No limit by default.
     */
    public record Kept(@DefaultValue("4096") int messages, @DefaultValue("8MB") DataSize bytes,
            @Nullable Duration age, @Nullable Integer keys, @Nullable DataSize keyBytes, @Nullable Duration keyAge) {
    }

    /**
     * Which earlier messages clients may ask for, see {@code ReplayLimits}.
     *
     * @param resume Whether clients may use broadcast.v1 and resume after a position. Default 'true'.
     * @param resumeMessages How many messages a client may go back when it resumes. No limit but the log by default.
     * @param resumeAge The greatest age of the messages that a client gets when it resumes. No limit but the log by
     *     default.
     * @param replay How many of the last messages a client may ask for. Default 0.
     * @param replayLatest Whether a client may ask for the newest message of every key. Default 'false'.
     */
    public record Past(@Nullable Boolean resume, @Nullable Integer resumeMessages, @Nullable Duration resumeAge,
            @Nullable Integer replay, @Nullable Boolean replayLatest) {
    }

    /**
     * Topics, see {@code Topics.Builder}.
     *
     * @param path Path of the topics, with the variable '{topic}', such as '/topics/{topic}'. No topics by default.
     * @param maxTopics How many topics may exist at a time. Default 1000.
     * @param idleTimeout How long a topic is kept after its last use. Default '1m'.
     */
    public record Many(@Nullable String path, @Nullable Integer maxTopics, @Nullable Duration idleTimeout) {
    }

    /**
     * How hubs use a log that many nodes share, see {@code BroadcastHub.Builder}.
     *
     * @param log Name of the shared log of the hub. Default the name of the hub.
     * @param timeout How long publishing waits while the backplane is away. Default '10s'.
     * @param startTimeout How long the start waits until the newest messages of the shared log are read. Default '5s'.
     */
    public record Shared(@Nullable String log, @Nullable Duration timeout, @Nullable Duration startTimeout) {
    }
}
