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
 * @param enabled Whether Redis is the backplane. Default 'true' if it is named here or in 'spring.data.redis'.
 * @param uri Where Redis is: 'redis://user:password@host:6379/0', 'rediss://…', 'redis-sentinel://…'. By default what
 *     'spring.data.redis' says.
 * @param cluster Seeds of a Redis Cluster, 'redis://host:6379', instead of 'uri'.
 * @param sslBundle Name of the SSL bundle ('spring.ssl.bundle') for 'rediss://'. Default that of 'spring.data.redis'
 *     if Redis is named there.
 * @param prefix What all keys and channels begin with. Default 'broadcast'.
 * @param retention What Redis keeps of each log.
 * @param expiry How long a log that no node has open outlives its last use. Default '1d'.
 * @param timeout For an answer, and for a connection. Default '2s'.
 * @param pollInterval How often a log is read although nothing was pushed. Default '1s'.
 */
@ConfigurationProperties("broadcast.redis")
public record RedisProperties(@Nullable Boolean enabled, @Nullable String uri, @DefaultValue List<String> cluster,
        @Nullable String sslBundle, @Nullable String prefix, @DefaultValue Kept retention, @Nullable Duration expiry,
        @Nullable Duration timeout, @Nullable Duration pollInterval) {

    /**
     * What Redis keeps of each log, approximately.
     *
     * @param messages The most messages.
     * @param bytes The most bytes.
     * @param age For how long.
     */
    public record Kept(@DefaultValue("10000") int messages, @DefaultValue("32MB") DataSize bytes,
            @DefaultValue("1h") Duration age) {
    }
}
