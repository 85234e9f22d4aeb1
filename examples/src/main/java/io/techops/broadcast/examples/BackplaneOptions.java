package io.techops.broadcast.examples;

import io.techops.broadcast.BroadcastHub;
import io.techops.broadcast.redis.RedisBackplane;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that make this service one of many nodes. */
final class BackplaneOptions {

    @Option(names = "--redis", paramLabel = "URI",
            description = "Shares all messages with the other nodes that name the same Redis (6.2 or newer) or Valkey: "
                    + "redis://[user:password@]host[:port][/database], rediss:// with TLS, or "
                    + "redis-sentinel://host[:port][,host...]#master (default: this node is alone).")
    private @Nullable String uri;

    @Option(names = "--redis-prefix", paramLabel = "TEXT",
            description = "What the names of all keys and channels in Redis begin with; nodes of one system have the "
                    + "same (default: broadcast).")
    private @Nullable String prefix;

    @Option(names = "--node-name", paramLabel = "NAME",
            description = "The name of this node in Redis' CLIENT LIST (default: none).")
    private @Nullable String nodeName;

    private @Nullable RedisBackplane backplane;

    /**
     * Prepares the connection to Redis, if there is one.
     *
     * @throws BadOption if options clash, or one has a value that cannot be used
     */
    void open() throws BadOption {
        if (uri == null) {
            if (prefix != null) {
                throw new BadOption("--redis-prefix", "must be given together with --redis", prefix);
            }
            if (nodeName != null) {
                throw new BadOption("--node-name", "must be given together with --redis", nodeName);
            }
            return;
        }
        RedisBackplane.Builder redis = RedisBackplane.builder();
        try {
            redis.uri(uri);
        } catch (IllegalArgumentException invalid) {
            throw new BadOption("--redis must be redis://, rediss:// or redis-sentinel:// with a host; what was given "
                    + "is not shown, because it may hold a password");
        }
        try {
            if (prefix != null) {
                redis.prefix(prefix);
            }
        } catch (IllegalArgumentException invalid) {
            throw new BadOption("--redis-prefix", "must be 1 to 64 characters without braces", prefix);
        }
        try {
            if (nodeName != null) {
                redis.clientName(nodeName);
            }
        } catch (IllegalArgumentException invalid) {
            throw new BadOption("--node-name", "must be printable ASCII without spaces", nodeName);
        }
        backplane = redis.build();
    }

    /** Makes a hub one of many nodes. */
    void apply(BroadcastHub.Builder hub) {
        if (backplane != null) {
            hub.backplane(backplane);
        }
    }

    /** Closes the connection to Redis, after the hub was closed. */
    void close() {
        if (backplane != null) {
            backplane.close();
        }
    }
}
