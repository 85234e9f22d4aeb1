package io.techops.broadcast.spring;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties that begin with {@code broadcast.redis}, which are read if {@code broadcast-redis} is on the class
 * path. Immutable.
 *
 * @param enabled Whether Redis is the backplane. Default 'true' if its address is given here or in 'spring.data.redis'.
 * @param uri URI of Redis: 'redis://user:password@host:6379/0', 'rediss://…', 'redis-sentinel://…'. By default the
 *     address in 'spring.data.redis'.
 * @param cluster Seeds of a Redis Cluster, 'redis://host:6379', instead of 'uri'.
 * @param sslBundle Name of the SSL bundle ('spring.ssl.bundle') for 'rediss://'. Default that of 'spring.data.redis' if
 *     the address is taken from there.
 * @param prefix Prefix of all keys and channels. Default 'broadcast'.
 * @param retention How many messages of each log Redis keeps.
 * @param expiry How long Redis keeps a log after its last use by any node. Default '1d'.
 * @param timeout How long an answer and a connection attempt may take. Default '2s'.
 * @param pollInterval How often a log is read if nothing is pushed. Default '1s'.
 */
@ConfigurationProperties("broadcast.redis")
public record RedisProperties(@Nullable Boolean enabled, @Nullable String uri, @DefaultValue List<String> cluster,
        @Nullable String sslBundle, @Nullable String prefix, @DefaultValue Kept retention, @Nullable Duration expiry,
        @Nullable Duration timeout, @Nullable Duration pollInterval) {

    /**
     * How many messages of each log Redis keeps, approximately.
     *
     * @param messages The most messages.
     * @param bytes The most bytes.
     * @param age The greatest age of a message.
     */
    public record Kept(@DefaultValue("10000") int messages, @DefaultValue("32MB") DataSize bytes,
            @DefaultValue("1h") Duration age) {
    }
}
