package io.techops.broadcast.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Parses the URIs of servers, and completes them with credentials and timeouts. */
final class ServerUris {

    private ServerUris() {
    }

    /**
     * {@return a URI, parsed}
     *
     * @throws IllegalArgumentException if it has another form; the message does not contain it
     */
    static RedisURI parsed(String uri) {
        Objects.requireNonNull(uri, "uri");
        RedisURI parsed;
        try {
            parsed = RedisURI.create(uri);
        } catch (RuntimeException invalid) {
            throw invalid();
        }
        if (parsed.getSentinelMasterId() == null && parsed.getHost() == null) {
            throw invalid();
        }
        return parsed;
    }

    private static IllegalArgumentException invalid() {
        return new IllegalArgumentException("uri must be redis://, rediss://, redis-sentinel:// or"
                + " rediss-sentinel:// with a host, and #master for Sentinel");
    }

    /**
     * Checks the URI of a server of a cluster.
     *
     * @throws IllegalArgumentException if it is invalid
     */
    static void parsedSeed(String seed) {
        RedisURI uri = parsed(seed);
        if (uri.getDatabase() != 0 || uri.getSentinelMasterId() != null) {
            throw new IllegalArgumentException("seeds must name no database and no Sentinel");
        }
    }

    /** {@return the URIs, parsed, with the other settings} */
    static List<RedisURI> complete(List<String> uris, @Nullable String user, @Nullable String password,
            @Nullable String sentinelPassword, @Nullable String clientName, Duration timeout) {
        return uris.stream().map(ServerUris::parsed).map(uri -> {
            uri.setTimeout(timeout);
            if (password != null && user == null) {
                uri.setAuthentication(password);
            } else if (password != null) {
                uri.setAuthentication(user, password);
            }
            if (clientName != null) {
                uri.setClientName(clientName);
            }
            for (RedisURI sentinel : uri.getSentinels()) {
                sentinel.setTimeout(timeout);
                if (sentinelPassword != null) {
                    sentinel.setAuthentication(sentinelPassword);
                }
            }
            return uri;
        }).toList();
    }
}
