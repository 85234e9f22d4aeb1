package io.techops.broadcast.spring;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;

/**
 * The address of Redis from the properties {@code spring.data.redis}. They are read here because Spring Boot's own
 * class for them differs between Boot 3.5 and 4, and exists only with Spring Data.
 */
record RedisAddress(@Nullable String url, @Nullable String host, @DefaultValue("6379") int port,
        @DefaultValue("0") int database, @Nullable String username, @Nullable String password,
        @Nullable Duration timeout, @Nullable String clientName, @DefaultValue Ssl ssl,
        @DefaultValue Sentinel sentinel, @DefaultValue Cluster cluster) {

    /** TLS. */
    record Ssl(@Nullable Boolean enabled, @Nullable String bundle) {
    }

    /** Sentinels. */
    record Sentinel(@Nullable String master, @DefaultValue List<String> nodes, @Nullable String password) {
    }

    /** A cluster. */
    record Cluster(@DefaultValue List<String> nodes) {
    }

    static RedisAddress of(Environment environment) {
        return Binder.get(environment).bindOrCreate("spring.data.redis", RedisAddress.class);
    }

    /** {@return whether any property gives an address} */
    boolean isKnown() {
        return url != null || host != null || sentinel.master() != null || !cluster.nodes().isEmpty();
    }

    /** {@return the URI of the one server, or of the Sentinels} */
    String uri() {
        if (url != null) {
            return url;
        }
        String master = sentinel.master();
        return master == null ? scheme() + "://" + (host == null ? "localhost" : host) + ":" + port + "/" + database
                : scheme() + "-sentinel://" + String.join(",", sentinel.nodes()) + "/" + database + "#" + master;
    }

    /** {@return the seeds of the cluster; empty if there is no cluster} */
    Stream<String> seeds() {
        return url == null ? cluster.nodes().stream().map(node -> scheme() + "://" + node) : Stream.empty();
    }

    private String scheme() {
        boolean encrypted = ssl.enabled() == null ? ssl.bundle() != null : ssl.enabled();
        return encrypted ? "rediss" : "redis";
    }

    /** {@return the SSL bundle for its connections; null for none} */
    @Nullable String sslBundle() {
        return Boolean.FALSE.equals(ssl.enabled()) ? null : ssl.bundle();
    }
}
