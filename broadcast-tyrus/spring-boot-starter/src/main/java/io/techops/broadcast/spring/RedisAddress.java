package io.techops.broadcast.spring;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;

/**
 * Where Redis is, of what {@code spring.data.redis} says. Read here, because the class that Spring Boot has for it is
 * another one in Boot 3.5 and in Boot 4, and is there only with Spring Data.
 */
record RedisAddress(@Nullable String url, @Nullable String host, @DefaultValue("6379") int port,
        @DefaultValue("0") int database, @Nullable String username, @Nullable String password,
        @Nullable Duration timeout, @Nullable String clientName, @DefaultValue Ssl ssl,
        @DefaultValue Sentinel sentinel, @DefaultValue Cluster cluster) {

    /** How it is spoken to. */
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

    /** {@return whether anything says where it is} */
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

    /** {@return seeds of the cluster; empty if there is none} */
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
