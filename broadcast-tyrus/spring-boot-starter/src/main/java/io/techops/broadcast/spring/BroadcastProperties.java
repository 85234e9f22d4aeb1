package io.techops.broadcast.spring;

import io.techops.broadcast.Retention;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties that begin with {@code broadcast}. What is not set has the default of the library's own setting of the
 * same name. Immutable.
 *
 * @param enabled Whether anything of the starter is active.
 * @param path Path of the endpoint. '/live' unless 'broadcast.topics.path' is set; then there is no hub without it.
 * @param name Name of the hub: of its threads, and of its log with a backplane. Default 'broadcast-hub'.
 * @param retention What is kept for peers that lag, resume or replay.
 * @param overflow What becomes of a peer that falls off the log's tail. Default 'disconnect'.
 * @param delivery Who gets what a peer sent. Default 'everyone'.
 * @param conflate Whether a newer message of a key replaces those that a peer has not got yet. Default 'false'.
 * @param stallTimeout How long a peer that is not writable may make no progress. Default '10s'.
 * @param closeTimeout How long a close handshake may take. Default '5s'.
 * @param closeLimit How long peers may take what is left when the application stops. Default '5s'.
 * @param floodGrace How long a peer that is not writable holds back what other peers send. Default '1s'.
 * @param heartbeat After how long without a sign of life a peer is pinged; '0' never. Default '25s'.
 * @param pongTimeout How long the answer to a ping may take. Default '10s'.
 * @param drainSpread Over what time the end spreads the closes of many peers. Default '2s'.
 * @param shards Among how many tasks the peers of the hub are divided. Default one fewer than there are processors.
 * @param maxMessageBytes The container's buffer for a message of a peer; a longer one ends with 1009. Default '64KB'.
 * @param subprotocols Subprotocols of the application, the preferred one first, beside broadcast.v1. None by default.
 * @param allowedOrigins Origins whose pages may connect, 'https://example.org'. Every one by default.
 * @param handshakeTimeout How long a decision of a handshake policy is waited for. Default '10s'.
 * @param replayLimits What of the past peers may ask for.
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

    /** What becomes of a peer that falls off the log's tail. */
    public enum Overflow {

        /** It is disconnected. */
        DISCONNECT,

        /** It goes on at the newest message. */
        SKIP
    }

    /** Who gets what a peer sent. */
    public enum Delivery {

        /** Every peer, the sender included. */
        EVERYONE,

        /** Every peer but the sender. */
        EVERYONE_BUT_SENDER
    }

    /**
     * What a hub keeps, as {@link Retention} says.
     *
     * @param messages The most messages.
     * @param bytes The most bytes.
     * @param age How old a message may become. No limit by default.
     * @param keys Of how many keys the newest message outlives the log. Default 10000.
     * @param keyBytes The most bytes of these. Default '8MB'.
     * @param keyAge How old these may become. No limit by default.
     */
    public record Kept(@DefaultValue("4096") int messages, @DefaultValue("8MB") DataSize bytes,
            @Nullable Duration age, @Nullable Integer keys, @Nullable DataSize keyBytes, @Nullable Duration keyAge) {
    }

    /**
     * What of the past peers may ask for, as {@code ReplayLimits} says.
     *
     * @param resume Whether peers may speak broadcast.v1 and go on after a position. Default 'true'.
     * @param resumeMessages The most messages that may lie behind that position. No limit but the log by default.
     * @param resumeAge How old what follows that position may be. No limit but the log by default.
     * @param replay How many of the last messages a peer may ask for. Default 0.
     * @param replayLatest Whether a peer may ask for the newest message of every key. Default 'false'.
     */
    public record Past(@Nullable Boolean resume, @Nullable Integer resumeMessages, @Nullable Duration resumeAge,
            @Nullable Integer replay, @Nullable Boolean replayLatest) {
    }

    /**
     * Topics, as {@code Topics.Builder} says.
     *
     * @param path Path of the topics, with the variable '{topic}': '/topics/{topic}'. No topics by default.
     * @param maxTopics How many topics may exist at a time. Default 1000.
     * @param linger How long a topic stays after its last use. Default '1m'.
     */
    public record Many(@Nullable String path, @Nullable Integer maxTopics, @Nullable Duration linger) {
    }

    /**
     * How hubs use a log that many nodes share, as {@code BroadcastHub.Builder} says.
     *
     * @param log Name of the shared log of the hub. Default the name of the hub.
     * @param timeout How long publishing waits while the backplane is away. Default '10s'.
     * @param startTimeout How long the start waits for the newest messages of the shared log. Default '5s'.
     */
    public record Shared(@Nullable String log, @Nullable Duration timeout, @Nullable Duration startTimeout) {
    }
}
